//! Taking over the revocation lists that some node fetched: every node looks at their versions every few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use authority::time::Timestamp;
use federation::eds::{CheckedList, CrlFault, TurnError};
use storage::{Db, StorageError, revocation_objects};

use crate::ListSources;
use crate::crl_refresh::check_succession;

/// What this node uses, by address and version.
#[derive(Debug, Default)]
pub struct ListsInUse(BTreeMap<String, InUse>);

#[derive(Clone, Debug)]
struct InUse {
    /// The version that was looked at last.
    version: i64,
    list: CheckedList,
}

/// Why a stored list is not used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    List(#[from] CrlFault),
    #[error("the list was not checked")]
    Turn(#[from] TurnError),
}

impl ListsInUse {
    /// Uses what is new, and says whether anything was.
    ///
    /// # Errors
    /// The database is not available; the lists in use stay.
    pub async fn take_over(&mut self, db: &Db, sources: &ListSources, now: Timestamp) -> Result<bool, StorageError> {
        if sources.urls.is_empty() {
            return Ok(false);
        }
        let mut changed = false;
        for (url, version) in revocation_objects::list_versions(db).await? {
            let is_used = self.0.get(&url).is_some_and(|used| used.version == version);
            if is_used || !sources.urls.contains(&url) {
                continue;
            }
            let Some(object) = revocation_objects::find(db, &url).await? else {
                continue;
            };
            let version = object.version;
            match self.judge(sources, &url, object.der.unwrap_or_default(), now).await {
                Ok(list) => {
                    self.0.insert(url, InUse { version, list });
                    changed = true;
                }
                Err(error) => self.pass_over(&url, version, &error),
            }
        }
        if changed {
            let lists = self.0.values().map(|used| used.list.clone()).collect();
            sources.eds.use_lists(lists);
        }
        Ok(changed)
    }

    /// Whoever writes into the database, or restores an old copy of it, is not believed about who is revoked: the signature
    /// decides again, and nothing takes this node back behind what it uses.
    async fn judge(
        &self,
        sources: &ListSources,
        url: &str,
        der: Vec<u8>,
        now: Timestamp,
    ) -> Result<CheckedList, Unusable> {
        let (eds, name) = (Arc::clone(&sources.eds), url.to_owned());
        let list = sources.turns.run(move || eds.check_list(&name, &der)).await??;
        check_succession(&list, self.0.get(url).map(|used| &used.list), now)?;
        Ok(list)
    }

    /// The list in use stays. An older one stays older, and is not looked at again: lists have megabytes.
    fn pass_over(&mut self, url: &str, version: i64, error: &Unusable) {
        tracing::error!(
            job = "use_lists",
            url,
            error = error as &dyn std::error::Error,
            "a stored revocation list cannot be used"
        );
        if let (Unusable::List(CrlFault::Older), Some(used)) = (error, self.0.get_mut(url)) {
            used.version = version;
        }
    }
}
