//! Wakes the job that delivers notices on this node, so that it need not wait for its next look.

use std::sync::Arc;

use tokio::sync::Notify;

/// A bell between the requests and the job of one node. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct LogoutWake(Arc<Notify>);

impl LogoutWake {
    /// Rings, after the transaction that promised notices is committed. Whoever forgets it is found by the job's own look,
    /// at most half a second later.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody rings, or has rung since the last time.
    pub async fn heard(&self) {
        self.0.notified().await;
    }
}
