//! Taking over the revocation lists that some node fetched: every node looks at their versions every few seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use federation::eds::CheckedList;
use storage::{Db, StorageError, revocation_objects};

use crate::ListSources;

/// What this node uses, by address and version.
#[derive(Debug, Default)]
pub struct ListsInUse(BTreeMap<String, (i64, CheckedList)>);

impl ListsInUse {
    /// Uses what is new, and says whether anything was.
    ///
    /// # Errors
    /// The database is not available; the lists in use stay.
    pub async fn take_over(&mut self, db: &Db, sources: &ListSources) -> Result<bool, StorageError> {
        if sources.urls.is_empty() {
            return Ok(false);
        }
        let mut changed = false;
        for (url, version) in revocation_objects::list_versions(db).await? {
            let is_used = self.0.get(&url).is_some_and(|(used, _)| *used == version);
            if is_used || !sources.urls.contains(&url) {
                continue;
            }
            let Some(object) = revocation_objects::find(db, &url).await? else {
                continue;
            };
            // Whoever writes into the database is not believed about who is revoked: the signature decides again.
            let Some(list) = check(sources, &url, object.der.unwrap_or_default()).await else {
                continue;
            };
            self.0.insert(url, (object.version, list));
            changed = true;
        }
        if changed {
            let lists = self.0.values().map(|(_, list)| list.clone()).collect();
            sources.eds.use_lists(lists);
        }
        Ok(changed)
    }
}

async fn check(sources: &ListSources, url: &str, der: Vec<u8>) -> Option<CheckedList> {
    let (eds, name) = (Arc::clone(&sources.eds), url.to_owned());
    let error: Box<dyn std::error::Error> = match sources.turns.run(move || eds.check_list(&name, &der)).await {
        Ok(Ok(list)) => return Some(list),
        Ok(Err(fault)) => Box::new(fault),
        Err(error) => Box::new(error),
    };
    tracing::error!(job = "use_lists", url, error, "a stored revocation list cannot be used");
    None
}
