//! Records to put into a database, and the shortest way there.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use authority::assurance::{Assurance, AssuranceRequest, AuthenticationMethod};
use authority::authentication::SignInAttempt;
use authority::authorization::{
    AuthorizationRequest, ClaimsRequest, Interaction, InteractionStep, Progress, Prompt, ResponseMode, Scope,
};
use authority::clients::{Client, ClientAuthentication, ClientId, GrantType, RedirectUri, SigningAlgorithm};
use authority::devices::{Device, DeviceKey};
use authority::grants::{AccessToken, Grant};
use authority::identifiers::PhoneNumber;
use authority::ids::{AttemptId, DeviceId, GrantId, InteractionId, PhoneId, SessionId, UserId};
use authority::secret::{Kek, Keyring, TokenDigest};
use authority::sessions::BrowserSession;
use authority::time::{Timestamp, hours, minutes};
use authority::users::{Phone, Subject, User, UserState};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use storage::{Db, StorageError, phones::SealedPhone};
use uuid::Uuid;

/// The instant at which all tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

/// A number that no other call gets.
pub(crate) fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An id that no other call gets.
pub(crate) fn fresh_uuid() -> Uuid {
    Uuid::from_u128((0x0190_0000_u128 << 96) | u128::from(fresh()))
}

/// A digest that no other call gets.
pub(crate) fn fresh_digest() -> TokenDigest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&fresh().to_be_bytes());
    bytes[31] = 7;
    TokenDigest::from_bytes(bytes)
}

/// The deployment's keys.
pub(crate) fn keyring() -> &'static Keyring {
    static KEYRING: OnceLock<Keyring> = OnceLock::new();
    KEYRING.get_or_init(|| Keyring::derive(&Kek::mint(&mut rng())).unwrap())
}

/// Chance, different in each call.
pub(crate) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(fresh())
}

/// An active user.
pub(crate) fn user() -> User {
    User {
        id: UserId::from_uuid(fresh_uuid()),
        subject: Subject::mint(&mut rng()),
        state: UserState::Active,
        provisional: false,
        epoch: 1,
        exclusive: None,
        organisation: None,
        last_interactive_at: None,
        locale: None,
    }
}

/// A confidential client with one redirect URI.
pub(crate) fn client() -> Client {
    let id = format!("client-{}", fresh());
    Client {
        redirect_uris: vec![RedirectUri::parse(&format!("https://{id}.example.kz/callback")).unwrap()],
        post_logout_redirect_uris: vec![RedirectUri::parse(&format!("https://{id}.example.kz/bye")).unwrap()],
        id: ClientId::parse(&id).unwrap(),
        name: "Diary".to_owned(),
        authentication: ClientAuthentication::SecretBasic,
        secrets: vec![fresh_digest()],
        grant_types: GrantType::ALL.to_vec(),
        scopes: vec![Scope::OpenId, Scope::Profile, Scope::OfflineAccess],
        require_pkce: true,
        id_token_algorithm: SigningAlgorithm::Es256,
        policy_uri: Some("https://example.kz/policy".to_owned()),
        tos_uri: None,
        backchannel_logout: None,
        metadata_version: 1,
        created_at: NOW,
    }
}

/// A device with a key of its own.
pub(crate) fn device(user: &User) -> Device {
    Device {
        id: DeviceId::from_uuid(fresh_uuid()),
        user_id: user.id,
        slot: 0,
        key: DeviceKey::P256 {
            thumbprint: *fresh_digest().as_bytes(),
            public_jwk: "{}".to_owned(),
        },
        cookie_digest: fresh_digest(),
        name: "Chrome on Windows".to_owned(),
        agent: "Chrome, Windows".to_owned(),
        bound_at: NOW,
        last_used_at: NOW,
        ended_at: None,
    }
}

/// A session of an hour's idleness and eight hours at most.
pub(crate) fn session(user: &User, device: Option<&Device>) -> BrowserSession {
    BrowserSession {
        id: SessionId::from_uuid(fresh_uuid()),
        user_id: user.id,
        cookie_digest: fresh_digest(),
        device_id: device.map(|device| device.id),
        certificate_id: None,
        second_certificate_id: None,
        assurance: Assurance::FullBound,
        methods: vec![AuthenticationMethod::SoftwareKey, AuthenticationMethod::Sms],
        epoch: user.epoch,
        authenticated_at: NOW,
        touched_at: NOW,
        idle_until: NOW.plus(hours(1)),
        absolute_until: NOW.plus(hours(8)),
        ended_at: None,
    }
}

/// A grant given in the session.
pub(crate) fn grant(session: &BrowserSession, client: &Client) -> Grant {
    Grant {
        id: GrantId::from_uuid(fresh_uuid()),
        user_id: session.user_id,
        client_id: client.id.clone(),
        session_id: session.id,
        device_id: session.device_id,
        certificate_id: session.certificate_id,
        acting: None,
        epoch: session.epoch,
        scopes: vec![Scope::OpenId, Scope::Profile],
        claims: ClaimsRequest::default(),
        assurance: session.assurance,
        assurance_request: AssuranceRequest::default(),
        methods: session.methods.clone(),
        authenticated_at: session.authenticated_at,
        wants_auth_time: false,
        offline: false,
        created_at: NOW,
        revoked_at: None,
    }
}

/// An access token of ten minutes.
pub(crate) fn access_token(grant: &Grant) -> AccessToken {
    AccessToken {
        digest: fresh_digest(),
        grant_id: grant.id,
        scopes: grant.scopes.clone(),
        issued_at: NOW,
        expires_at: NOW.plus(minutes(10)),
    }
}

/// An interaction of half an hour.
pub(crate) fn interaction(client: &Client) -> Interaction {
    Interaction {
        id: InteractionId::from_uuid(fresh_uuid()),
        browser_digest: fresh_digest(),
        request: AuthorizationRequest {
            client_id: client.id.clone(),
            redirect_uri: client.redirect_uris[0].clone(),
            response_mode: ResponseMode::Query,
            scopes: vec![Scope::OpenId],
            state: Some("state".to_owned()),
            nonce: Some("nonce".to_owned()),
            code_challenge: None,
            prompt: Prompt::default(),
            max_age: Some(60),
            assurance: AssuranceRequest::default(),
            claims: ClaimsRequest::default(),
            expected_subject: None,
            login_hint: None,
            ui_locale: None,
        },
        step: InteractionStep::Open,
        progress: Progress::default(),
        version: 0,
        started_at: NOW,
        expires_at: NOW.plus(minutes(30)),
    }
}

/// A phone.
pub(crate) fn phone(user: &User) -> Phone {
    let number = format!("+7701{:07}", fresh());
    Phone {
        id: PhoneId::from_uuid(fresh_uuid()),
        user_id: user.id,
        number: PhoneNumber::parse(&number).unwrap(),
        linked_at: NOW,
    }
}

/// A user in the database.
pub(crate) async fn insert_user(db: &Db) -> User {
    let user = user();
    let kept = &user;
    db.tx("test", |tx| async move { storage::users::insert(&tx, kept, NOW).await })
        .await
        .unwrap();
    user
}

/// A client in the database.
pub(crate) async fn insert_client(db: &Db) -> Client {
    let client = client();
    let kept = &client;
    db.tx(
        "test",
        |tx| async move { storage::clients::record(&tx, kept, NOW).await },
    )
    .await
    .unwrap();
    client
}

/// A phone in the database.
pub(crate) async fn insert_phone(db: &Db, user: &User) -> Phone {
    let phone = phone(user);
    let sealed = &SealedPhone::seal(&phone, keyring(), &mut rng()).unwrap();
    let inserted = db
        .tx("test", |tx| async move { storage::phones::insert(&tx, sealed).await })
        .await;
    assert!(inserted.unwrap());
    phone
}

/// An interaction with an attempt in the database.
pub(crate) async fn insert_attempt(db: &Db) -> SignInAttempt {
    let client = insert_client(db).await;
    let interaction = &interaction(&client);
    let attempt = SignInAttempt::start(AttemptId::from_uuid(fresh_uuid()), interaction.id, NOW);
    let kept = &attempt;
    let inserted = db.tx("test", |tx| async move {
        let source = storage::interactions::Source {
            network: fresh_digest(),
            most: i64::MAX,
        };
        storage::interactions::insert(&tx, interaction, &source).await?;
        storage::attempts::insert(&tx, kept).await
    });
    inserted.await.unwrap();
    attempt
}

/// Everything an access token rests on.
pub(crate) struct Standing {
    pub(crate) user: User,
    pub(crate) device: Device,
    pub(crate) session: BrowserSession,
    pub(crate) client: Client,
    pub(crate) grant: Grant,
}

/// A user, a device, a session, a client and a grant in the database.
pub(crate) async fn insert_standing(db: &Db, offline: bool) -> Standing {
    let (user, client) = (insert_user(db).await, insert_client(db).await);
    let device = device(&user);
    let session = session(&user, Some(&device));
    let grant = Grant {
        offline,
        ..grant(&session, &client)
    };
    let standing = Standing {
        user,
        device,
        session,
        client,
        grant,
    };
    let kept = &standing;
    let inserted = db.tx("test", |tx| async move {
        storage::devices::insert(&tx, &kept.device).await?;
        storage::sessions::insert(&tx, &kept.session).await?;
        storage::grants::insert(&tx, &kept.grant).await
    });
    inserted.await.unwrap();
    standing
}

/// Runs `task` fifty times at once, alternately on two instances with their own pools, and returns what each got.
pub(crate) async fn race<T, F, B>(db: &crate::storage::TestDatabase, task: F) -> Vec<T>
where
    F: Fn(Db, u64) -> B,
    B: Future<Output = Result<T, StorageError>> + Send + 'static,
    T: Send + 'static,
{
    const TASKS: u64 = 50;
    let other = db.another().await;
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(50));
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..TASKS {
        let instance = if number % 2 == 0 { Db::clone(db) } else { other.clone() };
        let (barrier, running) = (std::sync::Arc::clone(&barrier), task(instance, number));
        tasks.spawn(async move {
            barrier.wait().await;
            running.await
        });
    }
    let results = tasks.join_all().await;
    other.close().await.unwrap();
    results.into_iter().map(|result| result.unwrap()).collect()
}
