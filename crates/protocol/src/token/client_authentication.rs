//! Client authentication (RFC 6749 §2.3, OIDC Core §9): exactly one method, the registered one (security rule CO-9).

use authority::clients::{Client, ClientAuthentication, ClientId};
use authority::secret::{Keyring, Purpose, TokenDigest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::TokenError;
use super::client_failures::Claimant;
use crate::flow::Visit;
use crate::parameters::decode;
use crate::{ParameterError, Parameters, Provider};

/// Longest secret that is looked at, bytes.
const MAX_SECRET: usize = 1024;

/// A client that proved to be itself, or a public one that named itself as registered.
pub(crate) struct AuthenticatedClient(Client);

/// Why a client is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClientAuthenticationError {
    /// The form cannot be read.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// Nothing names a client.
    #[error("no client authentication was sent")]
    Missing,
    /// The `Authorization` header is not what RFC 6749 §2.3.1 describes.
    #[error("the client authentication is malformed")]
    Malformed,
    /// Header and body, or an assertion besides.
    #[error("more than one client authentication method was used")]
    SeveralMethods,
    /// No such client.
    #[error("no client is registered under this client_id")]
    Unknown,
    /// Not the registered method.
    #[error("the client is registered for another authentication method")]
    OtherMethod,
    /// The body names another client than the header.
    #[error("header and body name different clients")]
    OtherClient,
    /// Not its secret.
    #[error("the client secret is wrong")]
    WrongSecret,
}

/// The keyed digest that storage keeps of a client secret.
pub fn client_secret_digest(keyring: &Keyring, secret: &str) -> TokenDigest {
    keyring.digest(Purpose::ClientSecret, secret.as_bytes())
}

impl AuthenticatedClient {
    /// Authenticates the client of a token request.
    pub(super) async fn authenticate(
        provider: &Provider,
        visit: &Visit,
        parameters: &Parameters,
    ) -> Result<Self, TokenError> {
        let shown = Credentials::read(&visit.headers, parameters)?;
        let claimant = Claimant::of(provider, visit, &shown.id);
        claimant.admit().await?;
        // Before the lookup, so that known and unknown clients take the same time.
        let digest = client_secret_digest(&provider.keyring, shown.secret.as_deref().unwrap_or_default());
        let found = storage::clients::find(&provider.db, &shown.id).await?;
        match shown.prove(found, &digest) {
            Ok(client) => Ok(Self(client)),
            Err(error) => Err(claimant.refuse(error).await),
        }
    }

    /// The client.
    pub(super) const fn client(&self) -> &Client {
        &self.0
    }
}

/// What the request shows.
struct Credentials {
    id: ClientId,
    secret: Option<String>,
    method: ClientAuthentication,
}

impl Credentials {
    fn read(headers: &HeaderMap, parameters: &Parameters) -> Result<Self, ClientAuthenticationError> {
        let (id, secret) = (parameters.get("client_id")?, parameters.get("client_secret")?);
        let assertion = parameters
            .get("client_assertion")?
            .or(parameters.get("client_assertion_type")?);
        let mut header = headers.get_all(AUTHORIZATION).iter();
        let (basic, second) = (header.next(), header.next());
        match (basic, secret, assertion) {
            _ if second.is_some() => Err(ClientAuthenticationError::SeveralMethods),
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                Err(ClientAuthenticationError::SeveralMethods)
            }
            (None, None, Some(_)) => Err(ClientAuthenticationError::OtherMethod),
            (Some(header), None, None) => Self::from_basic(header.as_bytes(), id),
            (None, secret, None) => {
                let method = if secret.is_some() {
                    ClientAuthentication::SecretPost
                } else {
                    ClientAuthentication::None
                };
                let id = parse_id(id.ok_or(ClientAuthenticationError::Missing)?)?;
                Ok(Self {
                    id,
                    secret: secret.map(str::to_owned),
                    method,
                })
            }
        }
    }

    /// RFC 6749 §2.3.1: both halves are form encoded before they are joined, RFC 7617 §2 encodes the rest.
    fn from_basic(header: &[u8], body_id: Option<&str>) -> Result<Self, ClientAuthenticationError> {
        let malformed = ClientAuthenticationError::Malformed;
        let (scheme, rest) = header.split_at_checked(6).ok_or(malformed)?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return Err(malformed);
        }
        let joined = STANDARD.decode(rest.trim_ascii()).map_err(|_| malformed)?;
        let colon = joined.iter().position(|byte| *byte == b':').ok_or(malformed)?;
        let (id, secret) = joined.split_at_checked(colon).ok_or(malformed)?;
        let id = decode(id).map_err(|_| malformed)?;
        let secret = decode(secret.get(1..).unwrap_or_default()).map_err(|_| malformed)?;
        if body_id.is_some_and(|other| other != id) {
            return Err(ClientAuthenticationError::OtherClient);
        }
        Ok(Self {
            id: parse_id(&id)?,
            secret: Some(secret),
            method: ClientAuthentication::SecretBasic,
        })
    }

    fn prove(&self, found: Option<Client>, digest: &TokenDigest) -> Result<Client, ClientAuthenticationError> {
        let client = found.ok_or(ClientAuthenticationError::Unknown)?;
        self.check(&client, digest)?;
        Ok(client)
    }

    fn check(&self, client: &Client, digest: &TokenDigest) -> Result<(), ClientAuthenticationError> {
        if self.method != client.authentication {
            return Err(ClientAuthenticationError::OtherMethod);
        }
        match &self.secret {
            None => Ok(()), // a public client: its code or token is bound to PKCE and to this client_id
            Some(secret) if secret.len() <= MAX_SECRET && client.knows_secret(digest) => Ok(()),
            Some(_) => Err(ClientAuthenticationError::WrongSecret),
        }
    }
}

fn parse_id(text: &str) -> Result<ClientId, ClientAuthenticationError> {
    ClientId::parse(text).map_err(|_| ClientAuthenticationError::Unknown)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::ClientAuthenticationError::{Malformed, Missing, OtherClient, OtherMethod, SeveralMethods, Unknown};
    use super::*;

    fn read(
        header: Option<&str>,
        body: &str,
    ) -> Result<(String, Option<String>, ClientAuthentication), ClientAuthenticationError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        let shown = Credentials::read(&headers, &Parameters::parse(body.as_bytes()).unwrap())?;
        Ok((shown.id.to_string(), shown.secret, shown.method))
    }

    fn basic(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    #[test]
    fn each_method_is_told_apart() {
        let secret = Some("s".to_owned());
        let expect = |secret: &Option<String>, method| Ok(("diary".to_owned(), secret.clone(), method));
        assert_eq!(
            read(Some(&basic("diary", "s")), ""),
            expect(&secret, ClientAuthentication::SecretBasic)
        );
        assert_eq!(
            read(Some(&basic("diary", "s")), "client_id=diary"),
            expect(&secret, ClientAuthentication::SecretBasic)
        );
        assert_eq!(
            read(None, "client_id=diary&client_secret=s"),
            expect(&secret, ClientAuthentication::SecretPost)
        );
        assert_eq!(read(None, "client_id=diary"), expect(&None, ClientAuthentication::None));
    }

    #[test]
    fn both_halves_of_basic_are_form_decoded_and_the_scheme_has_no_case() {
        let header = basic("a%3Ab", "p+q%2B%25").replace("Basic", "bASIC");
        let shown = read(Some(&header), "").unwrap();
        assert_eq!((shown.0.as_str(), shown.1.as_deref()), ("a:b", Some("p q+%")));
    }

    #[test]
    fn more_than_one_method_is_refused() {
        let header = basic("diary", "s");
        assert_eq!(
            read(Some(&header), "client_id=diary&client_secret=s"),
            Err(SeveralMethods)
        );
        assert_eq!(read(Some(&header), "client_assertion=x"), Err(SeveralMethods));
        assert_eq!(
            read(None, "client_id=diary&client_secret=s&client_assertion=x"),
            Err(SeveralMethods)
        );
        assert_eq!(read(None, "client_id=diary&client_assertion_type=x"), Err(OtherMethod));
    }

    #[test]
    fn malformed_and_missing_authentication_is_refused() {
        assert_eq!(read(None, ""), Err(Missing));
        assert_eq!(read(None, "client_secret=s"), Err(Missing));
        assert_eq!(read(Some(&basic("diary", "s")), "client_id=other"), Err(OtherClient));
        assert_eq!(read(None, "client_id=%00"), Err(Unknown));
        for header in ["Basic", "Basic !", "Bearer abc", "Basic ZGlhcnk=", "", "Basic JTpzJQ=="] {
            assert_eq!(read(Some(header), ""), Err(Malformed), "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_answered_without_panic(bytes in proptest::collection::vec(0x20_u8..0x7f, 0..80)) {
            let _ = Credentials::from_basic(&bytes, None).map(drop);
        }

        #[test]
        fn what_a_client_encodes_is_what_we_read(id in "[!-~]{1,40}", secret in "\\PC{1,40}") {
            let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let shown = read(Some(&basic(&form(&id), &form(&secret))), "").unwrap();
            prop_assert_eq!((shown.0, shown.1), (id, Some(secret)));
        }
    }
}
