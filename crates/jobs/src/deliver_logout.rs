//! Telling clients that sessions ended (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8; security rule SE-12): at least
//! once, within two seconds when the client answers, again and again for a day when it does not.
//!
//! No lease: a message is claimed by one node, so any node may look, and a node that dies takes nothing with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::time::{Timestamp, days, minutes, seconds};
use outbound::Outbound;
use protocol::Provider;
use protocol::logout::{self, Notice};
use storage::outbox::{self, OutboxMessage, Share};
use storage::{StorageError, audit};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often somebody looks who was not woken.
const PERIOD: Duration = Duration::from_millis(500);
/// How long one node has a message to itself: longer than a call may take.
const CLAIM: Duration = seconds(15);
/// Calls at the same time, to one client and to all: one that does not answer keeps the others' places free.
const OF_ONE_CLIENT: u32 = 4;
const IN_ALL: u32 = 128;
/// The wait after the first failure; it doubles up to the longest.
const FIRST_WAIT: Duration = seconds(1);
const LONGEST_WAIT: Duration = minutes(5);
/// When telling is given up.
const PATIENCE: Duration = days(1);
/// How long calls under way may take when the node stops.
const LAST_CALLS: Duration = seconds(4);

/// What the delivery needs. Cloning shares it.
#[derive(Clone, Debug)]
pub struct LogoutDelivery {
    /// Database, keys, clock.
    pub provider: Provider,
    /// Who calls.
    pub outbound: Outbound,
    in_hand: Arc<Mutex<BTreeMap<String, u32>>>,
}

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The client has it.
    Told,
    /// There is nobody to tell any more.
    Moot,
    /// The client refused it (400, §2.8); it is not asked again.
    Refused,
    /// It failed and is tried again.
    Failed,
    /// It failed for a day and is given up.
    GivenUp,
}

impl LogoutDelivery {
    /// A delivery with nothing in hand.
    pub fn new(provider: Provider, outbound: Outbound) -> Self {
        Self {
            provider,
            outbound,
            in_hand: Arc::default(),
        }
    }

    /// One round: claims what is due, calls all clients at the same time and waits for all.
    ///
    /// # Errors
    /// The database is not available; what was claimed comes back after its claim.
    pub async fn round(&self) -> Result<Vec<Delivery>, StorageError> {
        let mut calls = JoinSet::new();
        self.start(&mut calls).await?;
        let mut deliveries = Vec::new();
        while let Some(call) = calls.join_next().await {
            deliveries.extend(call.unwrap_or_default());
        }
        Ok(deliveries)
    }

    /// Rounds until `stop`; a call under way holds up nothing but its own client's next ones.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut calls = JoinSet::new();
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.provider.logout_wake.heard() => {}
                // A place is free: what waited behind the call need not wait for the next look.
                Some(_) = calls.join_next() => {}
                stopped = stop.wait_for(|stop| *stop) => {
                    drop(stopped);
                    break;
                }
            }
            while calls.try_join_next().is_some() {}
            if let Err(error) = self.start(&mut calls).await {
                tracing::warn!(
                    job = "deliver_logout",
                    error = &error as &dyn std::error::Error,
                    "a job failed and is tried again"
                );
            }
        }
        let rest = async { while calls.join_next().await.is_some() {} };
        if timeout(LAST_CALLS, rest).await.is_err() {
            tracing::warn!(
                job = "deliver_logout",
                "calls under way are made again by another node or at the next start"
            );
        }
    }

    async fn start(&self, calls: &mut JoinSet<Option<Delivery>>) -> Result<(), StorageError> {
        let (db, now) = (&self.provider.db, self.provider.now());
        if !outbox::is_waiting(db, logout::KIND, now).await? {
            return Ok(());
        }
        let (busy, free) = self.busy();
        let busy = &busy;
        let claimed = db.tx("claim_logout", |tx| async move {
            let share = Share {
                except: busy,
                of_one_lane: OF_ONE_CLIENT,
                limit: free,
            };
            outbox::claim_in_lanes(&tx, logout::KIND, now, now.plus(CLAIM), share).await
        });
        for message in claimed.await? {
            let place = Place::take(self, &message.lane);
            let delivery = self.clone();
            calls.spawn(async move {
                let delivered = delivery.deliver(&message).await;
                drop(place);
                delivered
                    .inspect_err(|error| {
                        let error: &dyn std::error::Error = error;
                        tracing::warn!(job = "deliver_logout", outbox.id = %message.id, error, "what became of a notice is not recorded; it is sent again");
                    })
                    .ok()
            });
        }
        Ok(())
    }

    /// The clients that are being called, whose next messages wait, and how many places are free.
    fn busy(&self) -> (Vec<String>, u32) {
        let in_hand = self.in_hand();
        let busy = in_hand.keys().cloned().collect();
        (busy, IN_ALL.saturating_sub(in_hand.values().sum()))
    }

    fn in_hand(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver(&self, message: &OutboxMessage) -> Result<Delivery, StorageError> {
        let Ok(notice) = Notice::parse(&message.payload) else {
            tracing::error!(outbox.id = %message.id, "a stored notice cannot be read");
            return self.conclude(message, Delivery::Moot).await;
        };
        match self.call(&notice).await? {
            Call::Answered(status) if status.is_success() => self.conclude(message, Delivery::Told).await,
            Call::Answered(http::StatusCode::BAD_REQUEST) => self.give_up(message, &notice, Delivery::Refused).await,
            Call::Nobody => self.conclude(message, Delivery::Moot).await,
            Call::Answered(status) => {
                let reason = format!("status {}", status.as_u16());
                self.fail(message, &notice, &reason).await
            }
            Call::Failed(reason) => self.fail(message, &notice, &reason).await,
        }
    }

    async fn call(&self, notice: &Notice) -> Result<Call, StorageError> {
        let call = match logout::prepare(&self.provider, notice).await {
            Ok(Some(call)) => call,
            Ok(None) => return Ok(Call::Nobody),
            Err(logout::LogoutCallError::Storage(error)) => return Err(error),
            Err(error @ logout::LogoutCallError::Sign(_)) => return Ok(Call::Failed(error.to_string())),
        };
        // §2.5: form-encoded, and no other field.
        let fields = [("logout_token", call.token.as_str())];
        Ok(match self.outbound.post_form_for_status(&call.uri, &fields).await {
            Ok(status) => Call::Answered(status),
            Err(error) => Call::Failed(with_causes(error.reason())),
        })
    }

    async fn conclude(&self, message: &OutboxMessage, delivery: Delivery) -> Result<Delivery, StorageError> {
        let (id, now) = (message.id, self.provider.now());
        let done = self.provider.db.tx(
            "logout_told",
            |tx| async move { outbox::record_done(&tx, id, now).await },
        );
        done.await?;
        Ok(delivery)
    }

    async fn fail(&self, message: &OutboxMessage, notice: &Notice, reason: &str) -> Result<Delivery, StorageError> {
        let (id, now) = (message.id, self.provider.now());
        if now.since(message.created_at) >= PATIENCE {
            return self.give_up(message, notice, Delivery::GivenUp).await;
        }
        tracing::warn!(
            client.id = %notice.client_id,
            outbox.id = %id,
            tries = message.tries,
            reason,
            "a client was not told of a sign-out; it is tried again"
        );
        let next_at = next_try(message.tries, now);
        let failed = self.provider.db.tx("logout_failed", |tx| async move {
            outbox::record_failed(&tx, id, reason, next_at).await
        });
        failed.await?;
        Ok(Delivery::Failed)
    }

    /// The end without success, which is in the audit log.
    async fn give_up(
        &self,
        message: &OutboxMessage,
        notice: &Notice,
        delivery: Delivery,
    ) -> Result<Delivery, StorageError> {
        let (id, now) = (message.id, self.provider.now());
        let reason = match delivery {
            Delivery::Refused => "refused",
            Delivery::Told | Delivery::Moot | Delivery::Failed | Delivery::GivenUp => "no_answer",
        };
        tracing::error!(client.id = %notice.client_id, outbox.id = %id, tries = message.tries, reason, "a client was not told of a sign-out; it is given up");
        let event_id = EventId::mint(now, &mut self.provider.rng());
        let event = &Event {
            user_id: Some(notice.user_id),
            session_id: Some(notice.session_id),
            client_id: Some(notice.client_id.clone()),
            reason: reason.to_owned(),
            ..Event::new(event_id, now, EventKind::LogoutUndelivered, Actor::System)
        };
        let given_up = self.provider.db.tx("logout_given_up", |tx| async move {
            outbox::record_given_up(&tx, id, reason, now).await?;
            audit::insert(&tx, event).await
        });
        given_up.await?;
        Ok(delivery)
    }
}

enum Call {
    Answered(http::StatusCode),
    Failed(String),
    Nobody,
}

/// One call under way, in the count of its client; given back however the call ends.
struct Place {
    delivery: LogoutDelivery,
    lane: String,
}

impl Place {
    fn take(delivery: &LogoutDelivery, lane: &str) -> Self {
        *delivery.in_hand().entry(lane.to_owned()).or_default() += 1;
        Self {
            delivery: delivery.clone(),
            lane: lane.to_owned(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut in_hand = self.delivery.in_hand();
        let left = in_hand.get(&self.lane).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            in_hand.remove(&self.lane);
        } else {
            in_hand.insert(self.lane.clone(), left);
        }
    }
}

/// Why a call failed, with what caused it: "the transport failed" helps nobody. No address is in it.
fn with_causes(reason: &dyn std::error::Error) -> String {
    let mut words = reason.to_string();
    let mut cause = reason.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words.push_str(": ");
            words.push_str(&said);
        }
        cause = error.source();
    }
    words
}

/// One second after the first try, then twice as long each time, at most five minutes.
fn next_try(tries: i64, now: Timestamp) -> Timestamp {
    let doublings = u32::try_from(tries.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    now.plus(FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_last_up_to_five_minutes() {
        let now = Timestamp::from_unix_seconds(1_795_665_600);
        let wait = |tries| next_try(tries, now).since(now);
        assert_eq!([1, 2, 3, 4].map(wait), [1, 2, 4, 8].map(seconds));
        assert_eq!(
            [9, 10, 300, i64::MAX].map(wait),
            [seconds(256), minutes(5), minutes(5), minutes(5)]
        );
        assert_eq!([0, i64::MIN].map(wait), [seconds(1), seconds(1)]);
    }

    #[test]
    fn a_failure_is_told_with_its_causes_each_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Failure(&'static str, #[source] Option<Box<Failure>>);
        let root = Failure("the certificate is not trusted", None);
        let same = Failure("the transport failed", Some(Box::new(root)));
        let failure = Failure("the transport failed", Some(Box::new(same)));
        assert_eq!(
            with_causes(&failure),
            "the transport failed: the certificate is not trusted"
        );
    }
}
