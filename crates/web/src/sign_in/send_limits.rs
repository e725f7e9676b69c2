//! How many messages may leave (security rule OT-4): for a number, for the network that asks, for a range of numbers, for
//! the deployment. All nodes count in the database, in the transaction that keeps the message.

use authority::audit::{Actor, EventKind};
use authority::secret::{Purpose, TokenDigest};
use authority::throttle::{BudgetAlarm, SendRefusal, Share, judge_send};
use authority::time::{Timestamp, days};
use authority::users::Phone;
use storage::throttles::{self, Capped};
use storage::{Connection, StorageError, Tx, audit, phones, sms};

use crate::flow::FlowPage;

/// Everything that a message to one phone, asked for by one request, is counted under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendLimits {
    share: Share,
    number: TokenDigest,
    network: Capped,
    range: Capped,
    budget: Capped,
}

/// The refusal of a full cap that ends then.
type Refuse = fn(Timestamp) -> SendRefusal;

impl SendLimits {
    /// The limits for this phone and request.
    pub(crate) fn of(page: &FlowPage, phone: &Phone, share: Share) -> Self {
        let (keyring, limits) = (&page.provider().keyring, &page.provider().policy().sms_limits);
        let digest = |parts: &[&[u8]]| keyring.digest_list(Purpose::Throttle, parts);
        Self {
            share,
            number: phones::digest(keyring, &phone.number),
            network: Capped {
                kind: "sms_network",
                key: page.visit.network(keyring),
                cap: limits.per_network,
            },
            range: Capped {
                kind: "sms_range",
                key: digest(&[b"sms_range", phone.number.range().as_bytes()]),
                cap: limits.per_range,
            },
            budget: Capped {
                kind: "sms_budget",
                key: digest(&[b"sms_budget"]),
                cap: limits.budget,
            },
        }
    }

    /// Whether a message may go to the number, as far as the number is concerned.
    pub(crate) async fn judge_number(
        &self,
        conn: &Connection,
        page: &FlowPage,
    ) -> Result<Result<(), SendRefusal>, StorageError> {
        let earlier = sms::list_asked(conn, &self.number, page.now.minus(days(1))).await?;
        Ok(judge_send(
            &earlier,
            self.share,
            page.provider().policy().sms_interval,
            page.now,
        ))
    }

    /// Whether a message may go to the number now, counting nothing.
    pub(crate) async fn judge(
        &self,
        conn: &Connection,
        page: &FlowPage,
    ) -> Result<Result<(), SendRefusal>, StorageError> {
        if let Err(refusal) = self.judge_number(conn, page).await? {
            return Ok(Err(refusal));
        }
        for (capped, refusal) in self.caps() {
            if throttles::is_full(conn, &capped, page.now).await? {
                return Ok(Err(refusal(capped.cap.ends_at(page.now))));
            }
        }
        Ok(Ok(()))
    }

    /// Counts a message, unless a limit is reached; with the alarm that it sets off. People who share the number wait for
    /// one another.
    pub(crate) async fn take(
        &self,
        tx: &Tx,
        page: &FlowPage,
    ) -> Result<Result<Option<BudgetAlarm>, SendRefusal>, StorageError> {
        sms::lock_number(tx, &self.number, page.now).await?;
        if let Err(refusal) = self.judge_number(tx, page).await? {
            return Ok(Err(refusal));
        }
        let mut used = 0;
        for (capped, refusal) in self.caps() {
            match throttles::take(tx, &capped, page.now).await? {
                Some(count) => used = count,
                None => return Ok(Err(refusal(capped.cap.ends_at(page.now)))),
            }
        }
        let alarm = BudgetAlarm::at(used, self.budget.cap.most());
        if let Some(alarm) = alarm {
            record(tx, page, alarm).await?;
        }
        Ok(Ok(alarm))
    }

    /// In the order in which they are locked: the same for all, and the row that all share for the shortest time.
    fn caps(&self) -> [(Capped, Refuse); 3] {
        [
            (self.network, SendRefusal::NetworkFull),
            (self.range, SendRefusal::RangeFull),
            (self.budget, SendRefusal::BudgetSpent),
        ]
    }
}

async fn record(tx: &Tx, page: &FlowPage, alarm: BudgetAlarm) -> Result<(), StorageError> {
    let mut event = page.event(EventKind::SmsBudgetReached);
    event.actor = Actor::System;
    event.reason = alarm.per_cent().to_string();
    audit::insert(tx, &event).await
}

/// The log line that an operator's alarm listens for, once for each alarm, after the transaction is committed.
pub(crate) fn announce(page: &FlowPage, alarm: BudgetAlarm) {
    let budget = page.provider().policy().sms_limits.budget.most();
    let (reference, per_cent) = (page.visit.reference.as_str(), alarm.per_cent());
    match alarm {
        BudgetAlarm::Nearly => tracing::warn!(
            reference,
            sms.budget = budget,
            sms.budget_per_cent = per_cent,
            "most of today's messages are used"
        ),
        BudgetAlarm::Spent => tracing::error!(
            reference,
            sms.budget = budget,
            sms.budget_per_cent = per_cent,
            "today's messages are used up; no more leave until midnight UTC"
        ),
    }
}
