//! Events as they are kept, read without any code of the product.

use std::collections::BTreeMap;
use std::net::IpAddr;

use authority::audit::{Actor, EventKind};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use super::table::{LEFT_OVER, Member, SENT_BY_THE_JOB, demand};
use crate::storage::TestDatabase;

/// A sealed event.
pub(super) struct Kept {
    pub(super) position: i64,
    pub(super) kind: EventKind,
    at: i64,
    actor: Actor,
    said: BTreeMap<Member, String>,
}

/// All events with their positions, in order. An event that is not sealed has none and fails here.
pub(super) async fn list(db: &TestDatabase) -> Vec<Kept> {
    let raw = db.raw().await;
    let sql = "SELECT audit_events.*, audit_links.position AS position FROM audit_events \
               LEFT JOIN audit_links ON audit_links.event_id = audit_events.id ORDER BY position";
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let rows = raw.query_all_raw(statement).await.unwrap();
    let kept = rows.iter().map(Kept::read).collect();
    raw.close().await.unwrap();
    kept
}

impl Kept {
    fn read(row: &QueryResult) -> Self {
        let text = |name: &str| row.try_get::<Option<String>>("", name).unwrap().unwrap_or_default();
        let id = |name: &str| row.try_get::<Option<Uuid>>("", name).unwrap();
        let id = |name: &str| id(name).map(|id| id.to_string()).unwrap_or_default();
        let said = [
            (Member::User, id("user_id")),
            (Member::Client, text("client_id")),
            (Member::Device, id("device_id")),
            (Member::Session, id("session_id")),
            (Member::Address, text("address")),
            (Member::Methods, text("methods")),
            (Member::Reason, text("reason")),
            (Member::Reference, text("reference")),
        ];
        Self {
            position: row.try_get("", "position").unwrap(),
            kind: EventKind::from_word(&text("kind")).unwrap(),
            at: row.try_get("", "occurred_at").unwrap(),
            actor: Actor::from_word(&text("actor")).unwrap(),
            said: said.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    /// Compares with the table.
    pub(super) fn check(&self) {
        let (kind, demand) = (self.kind, demand(self.kind));
        assert!(demand.actors.contains(&self.actor), "{kind:?} by {:?}", self.actor);
        assert_eq!(kind.result(), demand.result, "{kind:?}");
        let left_over = self.says(Member::Reason) == Some(LEFT_OVER);
        for member in if left_over { SENT_BY_THE_JOB } else { demand.members } {
            assert!(
                self.said.contains_key(member),
                "{kind:?} lacks {member:?}: {:?}",
                self.said
            );
        }
        // Microseconds since 1970, UTC: this century.
        assert!(
            (946_684_800_000_000..4_102_444_800_000_000).contains(&self.at),
            "{kind:?} at {}",
            self.at
        );
        for (member, value) in &self.said {
            assert!(is_well_formed(*member, value), "{kind:?}: {member:?} is {value}");
        }
    }

    pub(super) fn says(&self, member: Member) -> Option<&str> {
        self.said.get(&member).map(String::as_str)
    }
}

/// Whoever suspends an account or returns to it does so from somewhere; an operator's command names neither.
pub(super) fn check_own_suspensions(kept: &[Kept]) {
    let kinds = [EventKind::AccountLocked, EventKind::AccountUnlocked];
    for event in kept.iter().filter(|event| kinds.contains(&event.kind)) {
        let own = event.actor == Actor::User;
        for member in [Member::Address, Member::Reference] {
            assert_eq!(event.says(member).is_some(), own, "{:?}: {:?}", event.kind, event.said);
        }
    }
}

fn is_well_formed(member: Member, value: &str) -> bool {
    const METHODS: [&str; 7] = ["hwk", "swk", "sms", "otp", "pop", "mfa", "user"];
    match member {
        Member::User | Member::Device | Member::Session => value.parse::<Uuid>().is_ok(),
        Member::Address => value.parse::<IpAddr>().is_ok(),
        Member::Methods => value.split(' ').all(|word| METHODS.contains(&word)),
        Member::Reference => value.len() == 9 && value.as_bytes()[4] == b'-',
        Member::Client | Member::Reason => value.chars().all(|c| !c.is_control()),
    }
}
