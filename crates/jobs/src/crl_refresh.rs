//! Fetching revocation lists from the addresses of the configuration (CE-8, CE-16): by one node, under a lease, in the
//! background. What cannot be used changes nothing: the list in hand stays until it is stale by itself.

use std::sync::Arc;
use std::time::Duration;

use authority::time::{Timestamp, minutes, seconds};
use federation::eds::{CheckedList, CrlFault, EdsVerifier, Turns};
use outbound::{Answer, Bounds, Fetched, MAX_SIGNED_LEN, Outbound, OutboundError, Validators};
use storage::revocation_objects::{self, FetchedObject, RevocationObject};
use storage::{Db, StorageError};

/// How long a download may take: lists are megabytes, and nobody waits for them.
const PATIENCE: Duration = seconds(30);
/// When an address is asked again that was of no use.
const AFTER_FAILURE: Duration = minutes(1);

/// Where lists come from, and who judges them.
#[derive(Clone, Debug)]
pub struct ListSources {
    /// Who judges, and uses them.
    pub eds: Arc<EdsVerifier>,
    /// Who calls.
    pub outbound: Outbound,
    /// The addresses, of complete lists and of lists of changes alike: each list says what it is.
    pub urls: Arc<[String]>,
    /// How often each is asked.
    pub period: Duration,
    /// One list is checked at a time.
    pub turns: Turns,
}

/// What became of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// A new list is kept.
    New,
    /// The list in hand is still the newest.
    Unchanged,
    /// The address was of no use.
    Failed,
}

/// Why an address was of no use.
#[derive(Debug, thiserror::Error)]
enum RefreshError {
    #[error("the address could not be called")]
    Call(#[from] OutboundError),
    #[error("the address answered with status {0}")]
    Status(u16),
    #[error("the list cannot be used")]
    List(#[from] CrlFault),
    #[error("the list was not checked")]
    Turn(#[from] federation::eds::TurnError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RefreshError {
    /// For the table: nothing of the network is in it.
    const fn word(&self) -> &'static str {
        match self {
            Self::Call(_) => "call",
            Self::Status(_) => "status",
            Self::List(CrlFault::Older) => "older",
            Self::List(CrlFault::Early) => "early",
            Self::List(CrlFault::OtherPlace) => "other_place",
            Self::List(CrlFault::Signature) => "signature",
            Self::List(_) => "list",
            Self::Turn(_) | Self::Storage(_) => "server",
        }
    }
}

impl ListSources {
    /// The addresses that are to be asked now.
    pub(crate) async fn due(&self, db: &Db, now: Timestamp) -> Result<Vec<&String>, StorageError> {
        if self.urls.is_empty() {
            return Ok(Vec::new());
        }
        let waiting = revocation_objects::list_not_due(db, now).await?;
        Ok(self.urls.iter().filter(|url| !waiting.contains(url)).collect())
    }

    /// One round: asks every address that is due.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn refresh(&self, db: &Db, now: Timestamp) -> Result<Vec<Refreshed>, StorageError> {
        let mut all = Vec::new();
        for url in self.due(db, now).await? {
            all.push(self.refresh_one(db, url, now).await?);
        }
        Ok(all)
    }

    async fn refresh_one(&self, db: &Db, url: &str, now: Timestamp) -> Result<Refreshed, StorageError> {
        let (refreshed, failure, due) = match self.fetch(db, url, now).await {
            Ok(Refreshed::New) => return Ok(Refreshed::New),
            Ok(refreshed) => (refreshed, None, now.plus(self.period)),
            Err(RefreshError::Storage(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(
                    job = "crl_refresh",
                    url,
                    error = &error as &dyn std::error::Error,
                    "a revocation list was not fetched; the one in use stays"
                );
                let due = now.plus(AFTER_FAILURE.min(self.period));
                (Refreshed::Failed, Some(error.word()), due)
            }
        };
        db.tx("crl_kept", |tx| async move {
            revocation_objects::record_kept(&tx, url, failure, due).await
        })
        .await?;
        Ok(refreshed)
    }

    async fn fetch(&self, db: &Db, url: &str, now: Timestamp) -> Result<Refreshed, RefreshError> {
        let known = revocation_objects::find(db, url).await?;
        let bounds = Bounds {
            timeout: PATIENCE,
            max_len: MAX_SIGNED_LEN,
        };
        let fetched = self
            .outbound
            .get_signed(url, &validators(known.as_ref()), bounds)
            .await?;
        let (answer, validators) = match fetched {
            Fetched::NotModified => return Ok(Refreshed::Unchanged),
            Fetched::Answer(answer, validators) => (answer, validators),
        };
        let der = body(answer)?;
        if known.as_ref().and_then(|known| known.der.as_ref()) == Some(&der) {
            return Ok(Refreshed::Unchanged);
        }
        let list = self.judge(url, &der, known.as_ref(), now).await?;
        let object = FetchedObject {
            url: url.to_owned(),
            replaces: known.map_or(0, |known| known.version),
            der,
            number: list.number(),
            this_update: list.this_update(),
            next_update: list.next_update(),
            etag: validators.etag,
            last_modified: validators.last_modified,
        };
        let (object, due) = (&object, now.plus(self.period));
        let kept = db.tx("crl_fetched", |tx| async move {
            revocation_objects::record_fetched(&tx, object, (now, due)).await
        });
        if !kept.await? {
            return Ok(Refreshed::Unchanged);
        }
        tracing::info!(
            job = "crl_refresh",
            url,
            number = list.number(),
            this_update = %list.this_update(),
            entries = list.entries(),
            is_delta = list.is_delta(),
            "a revocation list was fetched"
        );
        Ok(Refreshed::New)
    }

    /// Checks the list, and that it does not take us back (RFC 5280 §5.2.3).
    async fn judge(
        &self,
        url: &str,
        der: &[u8],
        known: Option<&RevocationObject>,
        now: Timestamp,
    ) -> Result<CheckedList, RefreshError> {
        let (eds, name, der) = (Arc::clone(&self.eds), url.to_owned(), der.to_vec());
        let before = known.and_then(|known| known.der.clone());
        let judge = move || {
            let list = eds.check_list(&name, &der)?;
            let before = before.and_then(|der| eds.check_list(&name, &der).ok());
            check_succession(&list, before.as_ref(), now)?;
            if eds.is_early(&list) {
                return Err(CrlFault::Early);
            }
            Ok(list)
        };
        Ok(self.turns.run(judge).await??)
    }
}

/// That a list may follow the one at its address: it neither takes us back nor drives out what still counts.
pub(crate) fn check_succession(
    list: &CheckedList,
    before: Option<&CheckedList>,
    now: Timestamp,
) -> Result<(), CrlFault> {
    match before {
        Some(before) if list.is_behind(before) => Err(CrlFault::Older),
        Some(before) if !list.is_in_place_of(before) && !before.is_over(now) => Err(CrlFault::OtherPlace),
        Some(_) | None => Ok(()),
    }
}

fn validators(known: Option<&RevocationObject>) -> Validators {
    known.map_or_else(Validators::default, |known| Validators {
        etag: known.etag.clone(),
        last_modified: known.last_modified.clone(),
    })
}

fn body(answer: Answer) -> Result<Vec<u8>, RefreshError> {
    if answer.status == http::StatusCode::OK {
        Ok(answer.body)
    } else {
        Err(RefreshError::Status(answer.status.as_u16()))
    }
}
