//! Rules of binding: set, judged together, in force at once (product A6; security rule DU-9).

use authority::audit::EventKind;
use authority::identifiers::{Bin, Checksum};
use authority::policy::{PolicyError, PolicyKey, Scope};
use authority::time::hours;
use authority::users::User;
use chrono_tz::Tz;
use kiru::foundation::Foundation;
use kiru::operators::policy::{AskedChange, PolicyChange, change};
use protocol::policy::{binding_policy, effective};
use storage::{Inconsistent, StorageError, policies};

use super::{at_another_node, office, reason, said};
use crate::harness::TestApp;
use crate::storage::both_databases;
use crate::storage::fixtures::user;

const SCHOOL: &str = "organisation:050140000017";

async fn set(office: &Foundation, scope: &str, key: PolicyKey, value: Option<&str>) -> PolicyChange {
    let asked = AskedChange {
        scope: Scope::from_word(scope).unwrap(),
        key,
        value: value.map(ToOwned::to_owned),
    };
    change(office, Tz::Asia__Almaty, &asked, &reason()).await.unwrap()
}

fn pupil() -> User {
    User {
        organisation: Some(Bin::parse("050140000017", Checksum::Ignored).unwrap()),
        ..user()
    }
}

both_databases! {
    async fn a_rule_is_in_force_on_running_nodes_with_the_next_decision(db) {
        let app = TestApp::on(db).await;
        let other = app.another_node(db.another().await).await;
        let (office, _) = office(db);
        let (anybody, pupil) = (user(), pupil());
        let key = PolicyKey::ExclusiveFor;
        assert_eq!(set(&office, SCHOOL, key, Some("PT24H")).await, PolicyChange::Set { version: 1 });
        for provider in [&app.state.provider, &other.state.provider] {
            let of = async |user: &User| binding_policy(&provider.db, provider, user).await.unwrap().exclusive_for;
            assert_eq!((of(&anybody).await, of(&pupil).await), (hours(48), hours(24)));
        }
        assert_eq!(set(&office, SCHOOL, key, None).await, PolicyChange::Unset);
        let provider = &other.state.provider;
        assert_eq!(binding_policy(&provider.db, provider, &pupil).await.unwrap().exclusive_for, hours(48));
        other.db().clone().close().await.unwrap();
    }

    async fn each_change_raises_the_version_and_tells_old_and_new_value(db) {
        let (office, _) = office(db);
        let key = PolicyKey::RegistrationTo;
        assert_eq!(set(&office, "deployment", key, Some("20:00")).await, PolicyChange::Set { version: 1 });
        assert_eq!(set(&office, "deployment", key, Some("20:00")).await, PolicyChange::Unchanged);
        assert_eq!(set(&office, "deployment", key, Some("21:00")).await, PolicyChange::Set { version: 2 });
        assert_eq!(set(&office, "deployment", key, None).await, PolicyChange::Unset);
        assert_eq!(set(&office, "deployment", key, None).await, PolicyChange::Unchanged);
        let mut told = said(db, EventKind::PolicyChanged).await;
        told.sort();
        assert_eq!(told, [
            "deployment registration.to: 20:00 -> 21:00: because the test says so",
            "deployment registration.to: 21:00 -> unset: because the test says so",
            "deployment registration.to: unset -> 20:00: because the test says so",
        ]);
        assert!(policies::list(db).await.unwrap().is_empty());
    }

    async fn what_would_leave_anybody_without_rules_is_refused_and_changes_nothing(db) {
        let (office, _) = office(db);
        set(&office, SCHOOL, PolicyKey::RegistrationFrom, Some("16:00")).await;
        let school = Scope::from_word(SCHOOL).unwrap();
        let refused = set(&office, "deployment", PolicyKey::RegistrationTo, Some("15:00")).await;
        assert_eq!(refused, PolicyChange::Refused { key: PolicyKey::RegistrationTo, error: PolicyError::EmptyWindow, scope: school });
        for (key, value, error) in [
            (PolicyKey::ExclusiveFor, "48", PolicyError::WholeHours),
            (PolicyKey::RegistrationZone, "Asia/Temirtau", PolicyError::Zone),
            (PolicyKey::DevicesPerAccount, "0", PolicyError::Number),
            (PolicyKey::Rekey, "perhaps", PolicyError::Switch),
        ] {
            let refused = set(&office, "deployment", key, Some(value)).await;
            assert_eq!(refused, PolicyChange::Refused { key, error, scope: Scope::Deployment });
        }
        assert_eq!(policies::list(db).await.unwrap().len(), 1);
        assert_eq!(said(db, EventKind::PolicyChanged).await.len(), 1);
    }

    async fn of_two_changes_at_once_that_contradict_each_other_one_is_refused(db) {
        let (office, _) = office(db);
        let other = at_another_node(&office, db).await;
        for _ in 0..5 {
            let (from, to) = tokio::join!(
                set(&office, "deployment", PolicyKey::RegistrationFrom, Some("13:00")),
                set(&other, "deployment", PolicyKey::RegistrationTo, Some("12:00")),
            );
            let refused = [&from, &to].into_iter().filter(|change| matches!(change, PolicyChange::Refused { .. })).count();
            assert_eq!(refused, 1, "{from:?} {to:?}");
            assert!(effective(db, Tz::Asia__Almaty, None).await.unwrap().is_ok());
            set(&office, "deployment", PolicyKey::RegistrationFrom, None).await;
            set(&office, "deployment", PolicyKey::RegistrationTo, None).await;
        }
        other.db.clone().close().await.unwrap();
    }

    /// What somebody wrote into the database is never replaced by a default in silence.
    async fn a_value_without_meaning_decides_nothing(db) {
        let app = TestApp::on(db).await;
        let provider = &app.state.provider;
        for (key, value) in [("registration.exclusive_for", "soon"), ("registration.to", "08:00")] {
            db.tamper(&["DELETE FROM policies", &format!("INSERT INTO policies VALUES ('deployment', '{key}', '{value}', 1, 1)")]).await;
            let error = binding_policy(&provider.db, provider, &user()).await.unwrap_err();
            let StorageError::Inconsistent(place) = error else { panic!("{error:?}") };
            assert_eq!(place, Inconsistent { table: "policies", column: "value", id: key.to_owned() });
        }
        db.tamper(&["DELETE FROM policies", "INSERT INTO policies VALUES ('deployment', 'registration.until', '08:00', 1, 1)"]).await;
        assert!(binding_policy(&provider.db, provider, &user()).await.is_err(), "a rule that this version does not know");
    }
}
