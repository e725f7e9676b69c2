use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "one variant for each member")]
fn every_member_counts_in_the_digest() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let at = Timestamp::from_unix_seconds(1_000);
    let event = Event::new(EventId::mint(at, &mut rng), at, EventKind::SignedIn, Actor::User);
    let user_id = Some(UserId::mint(at, &mut rng));
    let variants = [
        event.clone(),
        Event {
            id: EventId::mint(at, &mut rng),
            ..event.clone()
        },
        Event {
            at: Timestamp::from_micros(at.as_micros() + 1),
            ..event.clone()
        },
        Event {
            kind: EventKind::SignedOut,
            ..event.clone()
        },
        Event {
            actor: Actor::System,
            ..event.clone()
        },
        Event {
            user_id,
            ..event.clone()
        },
        Event {
            client_id: ClientId::parse("diary").ok(),
            ..event.clone()
        },
        Event {
            device_id: Some(DeviceId::mint(at, &mut rng)),
            ..event.clone()
        },
        Event {
            session_id: Some(SessionId::mint(at, &mut rng)),
            ..event.clone()
        },
        Event {
            address: Some(String::new()),
            ..event.clone()
        },
        Event {
            methods: "swk".to_owned(),
            ..event.clone()
        },
        Event {
            reason: "swk".to_owned(),
            ..event.clone()
        },
        Event {
            reference: Some("7QK2-9D4M".to_owned()),
            ..event.clone()
        },
        Event {
            evidence: Some([0; 32]),
            ..event.clone()
        },
        Event {
            evidence: Some([1; 32]),
            ..event.clone()
        },
        Event {
            principal: user_id.map(Principal::Person),
            ..event
        },
    ];
    let digests: std::collections::HashSet<_> = variants.iter().map(Event::digest).collect();
    assert_eq!(digests.len(), variants.len());
}

#[test]
fn kinds_keep_their_words() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::from_word(kind.as_str()), Some(*kind));
    }
}
