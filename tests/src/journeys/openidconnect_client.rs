//! A relying party built on the `openidconnect` crate: it knows the issuer's address and its client data, nothing else
//! (product E1).

use std::convert::Infallible;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
};
use tower::ServiceExt;
use url::Url;

use crate::harness::{ISSUER, TestApp};
use crate::storage::both_databases;

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, Infallible>> + Send>>;

/// The provider as an HTTP client sees it, without a network.
fn over(router: Router) -> impl Fn(HttpRequest) -> Answer {
    move |request: HttpRequest| {
        let router = router.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let host = parts.uri.host().unwrap_or_default().parse().unwrap();
            parts.headers.insert(http::header::HOST, host);
            let answer = router
                .oneshot(http::Request::from_parts(parts, Body::from(body)))
                .await?;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            Ok(http::Response::from_parts(parts, body))
        })
    }
}

both_databases! {
    async fn a_client_of_the_openidconnect_crate_needs_the_discovery_document_alone(db) {
        let app = TestApp::on(db).await;
        let (http, diary) = (over(app.router.clone()), app.diary());
        let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
        let secret = ClientSecret::new(diary.secret.clone());
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(diary.client_id.clone()), Some(secret))
            .set_redirect_uri(RedirectUrl::new(diary.redirect_uri.clone()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();

        let back = app.first_sign_in(&mut app.browser(), "aigerim", address.as_str()).await;

        let returned = Url::parse(back.redirect()).unwrap();
        let member = |wanted: &str| returned.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        assert_eq!(member("state").as_ref(), Some(state.secret()));
        let code = AuthorizationCode::new(member("code").unwrap());
        let tokens = client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();
        let id_token = tokens.id_token().unwrap();
        let keys = client.id_token_verifier();
        let now = app.now().to_utc().unwrap();
        let keys = keys.set_time_fn(move || now);
        let claims = id_token.claims(&keys, &nonce).unwrap();
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&keys).unwrap(),
        );
        assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
        let userinfo: CoreUserInfoClaims = client
            .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
            .unwrap()
            .request_async(&http)
            .await
            .unwrap();
        assert_eq!(userinfo.subject(), claims.subject());
        assert!(userinfo.name().is_some());
    }
}
