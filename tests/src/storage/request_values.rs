//! Values that public clients must make afresh: remembered for all nodes, repeats noticed once (security rule JT-12).

use authority::secret::TokenDigest;
use authority::time::{Timestamp, days, minutes, seconds};
use storage::Db;
use storage::request_values::{self, Repeated, RequestValues};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_digest, race};

const NOTHING: Repeated = Repeated {
    nonce: false,
    code_challenge: false,
    is_news: false,
};

fn values() -> RequestValues {
    RequestValues {
        nonce: Some(fresh_digest()),
        code_challenge: Some(fresh_digest()),
        request: fresh_digest(),
    }
}

/// The same values in another request.
fn elsewhere(values: &RequestValues) -> RequestValues {
    RequestValues {
        request: fresh_digest(),
        ..*values
    }
}

async fn record(db: &Db, values: &RequestValues, now: Timestamp) -> Repeated {
    db.tx(
        "test",
        |tx| async move { request_values::record(&tx, values, now).await },
    )
    .await
    .unwrap()
}

both_databases! {
    async fn fresh_values_are_nothing_to_tell(db) {
        for _ in 0..3 {
            assert_eq!(record(db, &values(), NOW).await, NOTHING);
        }
        let none = RequestValues { nonce: None, code_challenge: None, request: fresh_digest() };
        assert_eq!(record(db, &none, NOW).await, NOTHING);
        assert_eq!(record(db, &none, NOW).await, NOTHING);
    }

    async fn a_value_of_another_request_is_noticed_and_is_news_once(db) {
        let first = values();
        record(db, &first, NOW).await;
        let nonce = RequestValues { code_challenge: Some(fresh_digest()), ..elsewhere(&first) };
        assert_eq!(record(db, &nonce, NOW).await, Repeated { nonce: true, code_challenge: false, is_news: true });
        let again = RequestValues { code_challenge: None, ..elsewhere(&first) };
        assert_eq!(record(db, &again, NOW).await, Repeated { nonce: true, code_challenge: false, is_news: false });
        let challenge = RequestValues { nonce: None, ..elsewhere(&first) };
        assert_eq!(record(db, &challenge, NOW).await, Repeated { nonce: false, code_challenge: true, is_news: true });
        let both = record(&db.another().await, &elsewhere(&first), NOW).await;
        assert_eq!(both, Repeated { nonce: true, code_challenge: true, is_news: false }, "another node knows");
    }

    async fn the_very_same_request_may_be_loaded_again_for_five_minutes(db) {
        let first = values();
        record(db, &first, NOW).await;
        for at in [NOW, NOW.plus(minutes(4)), NOW.plus(minutes(5)).minus(seconds(1))] {
            assert_eq!(record(db, &first, at).await, NOTHING);
        }
        let late = record(db, &first, NOW.plus(minutes(5))).await;
        assert_eq!(late, Repeated { nonce: true, code_challenge: true, is_news: true }, "loading again prolongs nothing");
    }

    async fn a_value_is_forgotten_after_a_day(db) {
        let first = values();
        record(db, &first, NOW).await;
        assert!(record(db, &elsewhere(&first), NOW.plus(seconds(1))).await.is_news);
        let next = NOW.plus(days(1));
        assert_eq!(record(db, &elsewhere(&first), next).await, NOTHING);
        assert!(record(db, &elsewhere(&first), next).await.is_news, "and remembered anew");
        let expire = |before| db.tx("test", move |tx| async move { request_values::expire(&tx, before, 10).await });
        assert_eq!(expire(next.plus(days(1))).await.unwrap(), 0);
        assert_eq!(expire(next.plus(days(1)).plus(seconds(1))).await.unwrap(), 2);
    }

    async fn of_fifty_requests_at_once_with_one_value_all_but_one_are_noticed_and_one_is_news(db) {
        let nonce: TokenDigest = fresh_digest();
        let repeats = race(db, |instance, _| async move {
            let values = RequestValues { nonce: Some(nonce), ..values() };
            let values = &values;
            instance.tx("test", |tx| async move { request_values::record(&tx, values, NOW).await }).await
        }).await;
        assert_eq!(repeats.iter().filter(|repeated| !repeated.nonce).count(), 1);
        assert_eq!(repeats.iter().filter(|repeated| repeated.is_news).count(), 1);
        assert!(repeats.iter().all(|repeated| !repeated.code_challenge));
    }
}
