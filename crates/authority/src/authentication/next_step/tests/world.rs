//! A client, its request and a session that meets it; each test changes what it is about.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::super::*;
use crate::assurance::{Assurance, AssuranceRequest};
use crate::authorization::{ClaimsRequest, Prompt, ResponseMode};
use crate::clients::{ClientAuthentication, ClientId, GrantType, RedirectUri, SigningAlgorithm};
use crate::ids::{ConsentId, DeviceId, SessionId, UserId};
use crate::policy::Policy;
use crate::secret::TokenDigest;

pub(super) struct World {
    pub(super) request: AuthorizationRequest,
    pub(super) client: Client,
    pub(super) session: BrowserSession,
    pub(super) subject: Subject,
    pub(super) consent: Consent,
    pub(super) device_key: Option<DeviceKey>,
    pub(super) proven_at: Timestamp,
    pub(super) progress: Progress,
    pub(super) names: Names,
    pub(super) acted: Option<Acting>,
    pub(super) now: Timestamp,
}

pub(super) fn world() -> World {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let now = Timestamp::from_unix_seconds(100_000);
    let policy = Policy::default();
    let (client_id, user_id) = (ClientId::parse("diary").unwrap(), UserId::mint(now, &mut rng));
    let redirect_uri = RedirectUri::parse("https://diary.example/cb").unwrap();
    let scopes = vec![Scope::OpenId, Scope::Profile];
    World {
        request: request(&client_id, &redirect_uri, &scopes),
        client: client(&client_id, redirect_uri, now),
        session: BrowserSession {
            id: SessionId::mint(now, &mut rng),
            user_id,
            cookie_digest: TokenDigest::from_bytes([0; 32]),
            device_id: Some(DeviceId::mint(now, &mut rng)),
            certificate_id: None,
            second_certificate_id: None,
            assurance: Assurance::Full,
            methods: Vec::new(),
            epoch: 0,
            authenticated_at: now.minus(seconds(100)),
            touched_at: now,
            idle_until: now.plus(policy.session_idle),
            absolute_until: now.plus(policy.session_absolute),
            ended_at: None,
        },
        subject: Subject::mint(&mut rng),
        consent: Consent {
            id: ConsentId::mint(now, &mut rng),
            user_id,
            client_id,
            scopes,
            claims: Vec::new(),
            metadata_version: 1,
            granted_at: now,
        },
        device_key: None,
        proven_at: now,
        progress: Progress::default(),
        names: Names::default(),
        acted: None,
        now,
    }
}

pub(super) fn key() -> DeviceKey {
    DeviceKey::P256 {
        thumbprint: [0; 32],
        public_jwk: "{}".to_owned(),
    }
}

fn request(client_id: &ClientId, redirect_uri: &RedirectUri, scopes: &[Scope]) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: client_id.clone(),
        redirect_uri: redirect_uri.clone(),
        response_mode: ResponseMode::Query,
        scopes: scopes.to_vec(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: Prompt::default(),
        max_age: None,
        assurance: AssuranceRequest::default(),
        claims: ClaimsRequest::default(),
        expected_subject: None,
        login_hint: None,
        ui_locale: None,
    }
}

fn client(id: &ClientId, redirect_uri: RedirectUri, now: Timestamp) -> Client {
    Client {
        id: id.clone(),
        name: "Diary".to_owned(),
        redirect_uris: vec![redirect_uri],
        post_logout_redirect_uris: Vec::new(),
        authentication: ClientAuthentication::SecretBasic,
        secrets: Vec::new(),
        grant_types: GrantType::ALL.to_vec(),
        scopes: Scope::ALL.to_vec(),
        require_pkce: true,
        id_token_algorithm: SigningAlgorithm::Rs256,
        policy_uri: None,
        tos_uri: None,
        backchannel_logout: None,
        metadata_version: 1,
        created_at: now,
    }
}

impl World {
    pub(super) fn step(&self) -> NextStep {
        self.step_with(true, true)
    }

    pub(super) fn step_with(&self, session: bool, consent: bool) -> NextStep {
        let facts = Facts {
            session: session.then_some((&self.session, &self.subject)),
            consent: consent.then_some(&self.consent),
            ..self.facts()
        };
        next_step(&facts, self.now)
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            request: &self.request,
            client: &self.client,
            session: Some((&self.session, &self.subject)),
            device_key: self.device_key.as_ref(),
            device_proven_at: Some(self.proven_at),
            consent: Some(&self.consent),
            progress: self.progress,
            names: &self.names,
            acted: self.acted,
        }
    }

    pub(super) fn signed_in_here(&mut self) {
        self.progress = Progress {
            session: Some(self.session.id),
            signed_in: true,
            ..Progress::default()
        };
    }
}
