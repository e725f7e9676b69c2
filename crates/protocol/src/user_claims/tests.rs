use authority::assurance::{Assurance, AssuranceRequest};
use authority::authorization::ClaimsRequest;
use authority::clients::ClientId;
use authority::devices::{Device, DeviceKey};
use authority::grants::Grant;
use authority::identifiers::PhoneNumber;
use authority::ids::{DeviceId, GrantId, OrganisationId, PhoneId, PowerId, SessionId, UserId};
use authority::locale::Locale;
use authority::representation::Principal;
use authority::secret::{Kek, TokenDigest};
use authority::sessions::BrowserSession;
use authority::users::{Subject, User, UserState};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_790_000_000);

fn rests_on(client: &str, role: Option<CertificateRole>, bound: bool) -> GrantInForce {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (user_id, device_id) = (UserId::mint(NOW, &mut rng), DeviceId::mint(NOW, &mut rng));
    let digest = TokenDigest::from_bytes([0; 32]);
    let device = Device {
        id: device_id,
        user_id,
        slot: 0,
        key: DeviceKey::P256 {
            thumbprint: [0; 32],
            public_jwk: String::new(),
        },
        cookie_digest: digest,
        name: String::new(),
        agent: String::new(),
        bound_at: Timestamp::from_unix_seconds(5),
        last_used_at: NOW,
        ended_at: None,
    };
    let session = BrowserSession {
        id: SessionId::mint(NOW, &mut rng),
        user_id,
        cookie_digest: digest,
        device_id: bound.then_some(device_id),
        certificate_id: None,
        second_certificate_id: None,
        assurance: Assurance::Full,
        methods: Vec::new(),
        epoch: 0,
        authenticated_at: NOW,
        touched_at: NOW,
        idle_until: NOW,
        absolute_until: NOW,
        ended_at: None,
    };
    let grant = grant(client, &session);
    let user = User {
        id: user_id,
        subject: Subject::parse("s").unwrap(),
        state: UserState::Active,
        provisional: false,
        epoch: 0,
        exclusive: None,
        organisation: None,
        last_interactive_at: None,
        locale: Some(Locale::Kk),
    };
    GrantInForce {
        grant,
        session,
        user,
        device: bound.then_some(device),
        certificate_role: role,
    }
}

fn grant(client: &str, session: &BrowserSession) -> Grant {
    Grant {
        id: GrantId::mint(NOW, &mut ChaCha20Rng::seed_from_u64(9)),
        user_id: session.user_id,
        client_id: ClientId::parse(client).unwrap(),
        session_id: session.id,
        device_id: session.device_id,
        certificate_id: None,
        acting: None,
        epoch: 0,
        scopes: Vec::new(),
        claims: ClaimsRequest::default(),
        assurance: Assurance::Full,
        assurance_request: AssuranceRequest::default(),
        methods: Vec::new(),
        authenticated_at: NOW,
        wants_auth_time: false,
        offline: false,
        created_at: NOW,
        revoked_at: None,
    }
}

fn keyring() -> Keyring {
    Keyring::derive(&Kek::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()).unwrap()
}

fn released(
    rests_on: &GrantInForce,
    facts: &[(FactName, &str, FactSource)],
    phone: Option<&str>,
) -> Map<String, Value> {
    let facts = facts.iter().map(|(name, value, source)| UserFact {
        name: *name,
        value: (*value).to_owned(),
        source: *source,
    });
    let phone = phone.map(|number| Phone {
        id: PhoneId::mint(NOW, &mut ChaCha20Rng::seed_from_u64(8)),
        user_id: rests_on.user.id,
        number: PhoneNumber::parse(number).unwrap(),
        linked_at: NOW,
    });
    let known = Known {
        facts: facts.collect(),
        phone,
        in_name: InName::default(),
        rests_on,
        keyring: &keyring(),
        now: NOW,
    };
    release(ClaimName::ALL, &known)
}

#[test]
fn claims_have_the_types_of_the_specification() {
    use FactName as F;
    let file = FactSource::PeopleFile;
    let facts = [
        (F::Name, "Айгүл", file),
        (F::EmailVerified, "true", file),
        (F::UpdatedAt, "1700000000", file),
        (F::Birthdate, "1990-02-28", file),
        (
            F::Address,
            r#"{"locality":"Алматы","region":"","x":"y","country":1}"#,
            file,
        ),
        (F::PhoneNumber, "+77010000000", file),
        (F::PhoneNumberVerified, "false", file),
    ];
    let claims = released(&rests_on("diary", None, true), &facts, Some("+77020000000"));
    assert_eq!(claims["name"], "Айгүл");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["updated_at"], 1_700_000_000);
    assert_eq!(claims["birthdate"], "1990-02-28");
    assert_eq!(claims["address"], json!({"locality": "Алматы"}));
    assert_eq!(claims["phone_number"], "+77010000000");
    assert_eq!(claims["phone_number_verified"], false);
    assert_eq!(claims["locale"], "kk");
    assert_eq!(claims["device_bound"], true);
    assert_eq!(claims["device_bound_at"], 5);
}

#[test]
fn claims_without_a_value_are_left_out() {
    use FactName as F;
    let file = FactSource::PeopleFile;
    let facts = [
        (F::Name, "  ", file),
        (F::GivenName, "null", file),
        (F::EmailVerified, "yes", file),
        (F::UpdatedAt, "99999999999", file),
        (F::Birthdate, "1990-02-30", file),
        (F::Address, "{}", file),
    ];
    let claims = released(&rests_on("diary", None, false), &facts, None);
    let names: Vec<_> = claims.keys().map(String::as_str).collect();
    assert_eq!(names, ["device_bound", "locale"]);
    assert_eq!(claims["device_bound"], false);
}

#[test]
fn a_linked_number_is_a_verified_one() {
    let claims = released(&rests_on("diary", None, false), &[], Some("+77020000000"));
    assert_eq!(claims["phone_number"], "+77020000000");
    assert_eq!(claims["phone_number_verified"], true);
}

#[test]
fn a_certificate_knows_better_than_a_file() {
    let facts = [
        (FactName::Iin, "1", FactSource::Certificate),
        (FactName::Iin, "2", FactSource::PeopleFile),
    ];
    assert_eq!(released(&rests_on("diary", None, false), &facts, None)["iin"], "1");
}

#[test]
fn an_organisation_is_that_of_the_certificate_used_now() {
    let facts = [
        (FactName::Bin, "c", FactSource::Certificate),
        (FactName::Bin, "f", FactSource::PeopleFile),
    ];
    let bin = |role| {
        released(&rests_on("diary", role, false), &facts, None)
            .get("bin")
            .cloned()
    };
    assert_eq!(bin(Some(CertificateRole::Head)), None, "nobody chose to act for it");
    assert_eq!(bin(Some(CertificateRole::Individual)), None);
    assert_eq!(bin(None), Some("f".into()));
    let role = |acting| {
        let mut rests_on = rests_on("diary", Some(CertificateRole::Head), false);
        rests_on.grant.acting = acting;
        released(&rests_on, &facts, None).get("certificate_role").cloned()
    };
    let organisation = OrganisationId::mint(NOW, &mut ChaCha20Rng::seed_from_u64(5));
    assert_eq!(role(Some(Acting::Organisation(organisation))), Some("head".into()));
    for own in [None, Some(Acting::Myself)] {
        assert_eq!(role(own), Some("individual".into()));
    }
    let power = Acting::Power {
        id: PowerId::mint(NOW, &mut ChaCha20Rng::seed_from_u64(5)),
        principal: Principal::Organisation(organisation),
    };
    assert_eq!(role(Some(power)), None, "no certificate has a role in it");
}

#[test]
fn the_device_has_another_name_for_each_client() {
    let id = |client| released(&rests_on(client, None, true), &[], None)["device_id"].clone();
    assert_eq!(id("diary"), id("diary"));
    assert_ne!(id("diary"), id("library"));
    assert!(
        !id("diary")
            .to_string()
            .contains(&rests_on("diary", None, true).device.unwrap().id.to_string())
    );
}

#[test]
fn birthdates_are_dates_of_the_calendar() {
    for good in ["1990-12-31", "2000-02-29", "0000-01-01", "1850-01-01"] {
        assert!(is_birthdate(good), "{good}");
    }
    for bad in [
        "",
        "1990",
        "1990-13-01",
        "1900-02-29",
        "1849-01-01",
        "90-01-01",
        "1990-1-01",
        "1990/01/01",
        "1990-01-011",
        "١٩٩٠-01-01",
    ] {
        assert!(!is_birthdate(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_stored_text_is_answered_without_panic(value in "\\PC{0,40}") {
        let _ = (text(&value), flag(&value), updated_at(&value, NOW), address(&value), is_birthdate(&value));
    }
}
