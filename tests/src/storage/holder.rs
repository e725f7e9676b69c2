//! A person's row that is held, so that two who want it wait at the same moment, each with what it read before.

use std::sync::Mutex;
use std::time::Duration;

use authority::ids::UserId;
use storage::{Db, StorageError, users};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// By then whoever was told to start waits for the row.
const WAITS: Duration = Duration::from_millis(300);

/// Somebody on another node who has taken the person's row.
pub(crate) struct Holder {
    release: oneshot::Sender<()>,
    done: JoinHandle<Result<(), StorageError>>,
}

impl Holder {
    /// Takes it; whoever asks for it now waits.
    pub(crate) async fn takes(db: Db, user: UserId) -> Self {
        let (taken, is_taken) = oneshot::channel();
        let (release, is_released) = oneshot::channel::<()>();
        let hold = Mutex::new(Some((taken, is_released)));
        let done = tokio::spawn(async move {
            let hold = &hold;
            db.tx("test", |tx| async move {
                let held = hold.lock().unwrap().take();
                users::lock(&tx, user).await?;
                if let Some((taken, is_released)) = held {
                    taken.send(()).unwrap();
                    is_released.await.unwrap();
                }
                Ok::<_, StorageError>(())
            })
            .await
        });
        is_taken.await.unwrap();
        Self { release, done }
    }

    pub(crate) async fn lets_go(self) {
        self.release.send(()).unwrap();
        self.done.await.unwrap().unwrap();
    }
}

/// Starts one and then the other while the row is held, sees both wait, and lets go: what came of each. PostgreSQL gives the
/// row to the first of them, SQLite to any.
pub(crate) async fn both_wait<A, B>(
    holder: Holder,
    first: impl Future<Output = A> + Send + 'static,
    second: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    let mut first = tokio::spawn(first);
    let early = tokio::time::timeout(WAITS, &mut first).await;
    assert!(early.is_err(), "the first has read what was true before, and waits");
    let mut second = tokio::spawn(second);
    let either = async {
        tokio::select! { _ = &mut first => {}, _ = &mut second => {} }
    };
    let early = tokio::time::timeout(WAITS, either).await;
    assert!(early.is_err(), "both have read what was true before, and wait");
    holder.lets_go().await;
    (first.await.unwrap(), second.await.unwrap())
}
