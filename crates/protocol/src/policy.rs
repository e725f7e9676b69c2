//! The rules of binding that hold for a person (product A6): read for each decision, so that a change acts on all nodes
//! with the next one (security rule DU-9).

use authority::identifiers::Bin;
use authority::policy::{BindingPolicy, Effective, PolicyError, PolicyKey, Scope};
use authority::users::User;
use chrono_tz::Tz;
use storage::{Connection, Inconsistent, StorageError, policies};

use crate::Provider;

/// The rules in force for this person, those of the organisation included. A transaction reads them on its own
/// connection, with the user's row as locked.
///
/// # Errors
/// The database is not available, or what is set has no meaning: then nothing is decided, because a default would be
/// looser or stricter than what somebody had set.
pub async fn binding_policy(
    conn: &Connection,
    provider: &Provider,
    user: &User,
) -> Result<BindingPolicy, StorageError> {
    let organisation = user.organisation.as_ref();
    let read = effective(conn, provider.settings.zone, organisation).await?;
    match read {
        Ok(effective) => Ok(effective.policy().clone()),
        Err((key, _)) => Err(meaningless(key).into()),
    }
}

/// Every rule of an organisation, or of the deployment, with where its value comes from; or the key whose value has no
/// meaning.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn effective(
    conn: &Connection,
    zone: Tz,
    organisation: Option<&Bin>,
) -> Result<Result<Effective, (PolicyKey, PolicyError)>, StorageError> {
    let scope = organisation.cloned().map(Scope::Organisation);
    let set = policies::list_for(conn, scope.as_ref()).await?;
    Ok(Effective::resolve(zone, &set, organisation))
}

fn meaningless(key: PolicyKey) -> Inconsistent {
    Inconsistent {
        table: "policies",
        column: "value",
        id: key.as_str().to_owned(),
    }
}
