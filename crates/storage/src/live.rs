//! The one join that decides whether something issued still counts: token → grant → session → user → device and certificates. Nothing is
//! copied downwards when something ends; whoever presents a token is joined with everything above it.

use authority::policy::Policy;
use authority::sessions::BOUND_COOKIE_LIFE;
use authority::time::Timestamp;
use sea_orm::{DbErr, FromQueryResult, QueryResult, Value};
use uuid::Uuid;

use crate::sql::at;

/// An instant with the limits of sessions that are in force at it. A session ends at the ends it was given or at those of
/// the policy, whichever come first, so that a policy which was tightened reaches sessions from before (security rules
/// TK-4, SE-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    now: Timestamp,
    touched_after: Timestamp,
    begun_after: Timestamp,
}

impl Moment {
    /// Now, under the policy in force.
    pub fn under(policy: &Policy, now: Timestamp) -> Self {
        Self {
            now,
            touched_after: now.minus(policy.session_idle),
            begun_after: now.minus(policy.session_absolute),
        }
    }

    /// Now, with no other ends than those that sessions were given.
    pub const fn as_given(now: Timestamp) -> Self {
        let always = Timestamp::from_micros(i64::MIN);
        Self {
            now,
            touched_after: always,
            begun_after: always,
        }
    }

    /// The values `$1` to `$4` of a statement with [`WITHIN_LIMITS`]; `$1` is the key.
    pub(crate) fn values(self, key: Value) -> [Value; 4] {
        [key, at(self.now), at(self.touched_after), at(self.begun_after)]
    }
}

/// Columns of `users`, prefixed for a join.
pub(crate) const USER: &str = "users.id AS u_id, users.subject AS u_subject, users.state AS u_state, \
    users.reason AS u_reason, users.state_at AS u_state_at, users.provisional AS u_provisional, users.epoch AS u_epoch, \
    users.exclusive_until AS u_exclusive_until, users.exclusive_device_id AS u_exclusive_device_id, \
    users.organisation AS u_organisation, users.last_interactive_at AS u_last_interactive_at, users.locale AS u_locale";

/// Columns of `devices`, prefixed for a join.
pub(crate) const DEVICE: &str = "devices.id AS d_id, devices.user_id AS d_user_id, devices.slot AS d_slot, \
    devices.thumbprint AS d_thumbprint, devices.public_jwk AS d_public_jwk, devices.cookie_digest AS d_cookie_digest, \
    devices.name AS d_name, devices.agent AS d_agent, devices.bound_at AS d_bound_at, devices.last_used_at AS d_last_used_at, \
    devices.ended_at AS d_ended_at";

/// Columns of `browser_sessions`, prefixed for a join.
pub(crate) const SESSION: &str = "browser_sessions.id AS s_id, browser_sessions.cookie_digest AS s_cookie_digest, \
    browser_sessions.user_id AS s_user_id, browser_sessions.device_id AS s_device_id, \
    browser_sessions.certificate_id AS s_certificate_id, \
    browser_sessions.second_certificate_id AS s_second_certificate_id, browser_sessions.assurance AS s_assurance, \
    browser_sessions.methods AS s_methods, browser_sessions.epoch AS s_epoch, \
    browser_sessions.authenticated_at AS s_authenticated_at, browser_sessions.touched_at AS s_touched_at, \
    browser_sessions.idle_until AS s_idle_until, browser_sessions.absolute_until AS s_absolute_until, \
    browser_sessions.ended_at AS s_ended_at";

/// Columns of `grants`, prefixed for a join.
pub(crate) const GRANT: &str = "grants.id AS g_id, grants.user_id AS g_user_id, grants.client_id AS g_client_id, \
    grants.session_id AS g_session_id, grants.device_id AS g_device_id, grants.certificate_id AS g_certificate_id, \
    grants.epoch AS g_epoch, grants.scopes AS g_scopes, grants.claims AS g_claims, grants.assurance AS g_assurance, \
    grants.assurance_request AS g_assurance_request, grants.methods AS g_methods, \
    grants.authenticated_at AS g_authenticated_at, grants.wants_auth_time AS g_wants_auth_time, \
    grants.offline AS g_offline, grants.in_name AS g_in_name, grants.power_id AS g_power_id, \
    grants.created_at AS g_created_at, grants.revoked_at AS g_revoked_at";

/// The session was not ended, by itself or by a raised epoch, and the person may act. Its idle and absolute ends are
/// judged apart, because what is offline outlives them.
pub(crate) const SESSION_STANDS: &str = "browser_sessions.ended_at IS NULL AND browser_sessions.epoch = users.epoch \
    AND users.state IN ('invited', 'active')";

/// A newer sign-in of the same person in the same browser took the session's place: what is offline goes on, because
/// nobody signed out (security rule TK-3).
const REPLACED: &str = "browser_sessions.end_reason = 'replaced' AND browser_sessions.epoch = users.epoch \
    AND users.state IN ('invited', 'active')";

/// The device, where there is one, was not unbound.
pub(crate) const DEVICE_STANDS: &str = "devices.ended_at IS NULL";

/// The certificates of both stages, where there are any, are accepted still.
pub(crate) const CERTIFICATE_STANDS: &str =
    "certificates.refused_at IS NULL AND second_certificates.refused_at IS NULL";

/// What `FROM browser_sessions` joins: everything that a session rests on.
pub(crate) const SESSION_JOINS: &str = "JOIN users ON users.id = browser_sessions.user_id \
    LEFT JOIN devices ON devices.id = browser_sessions.device_id \
    LEFT JOIN certificates ON certificates.id = browser_sessions.certificate_id \
    LEFT JOIN certificates AS second_certificates ON second_certificates.id = browser_sessions.second_certificate_id";

/// No other device alone may act at the instant `$2` (product A4): for rows of a table that has a `device_id`.
pub(crate) fn device_may_act(table: &str) -> String {
    format!(
        "(users.exclusive_until IS NULL OR users.exclusive_until <= $2 OR users.exclusive_device_id = {table}.device_id)"
    )
}

/// What `FROM` a table that has a `grant_id` joins. The certificate of the second stage is the session's: no grant asks for one.
pub(crate) const JOINS: &str = "JOIN browser_sessions ON browser_sessions.id = grants.session_id \
    JOIN users ON users.id = grants.user_id JOIN clients ON clients.id = grants.client_id \
    LEFT JOIN devices ON devices.id = grants.device_id LEFT JOIN certificates ON certificates.id = grants.certificate_id \
    LEFT JOIN certificates AS second_certificates ON second_certificates.id = browser_sessions.second_certificate_id";

/// Neither the idle nor the absolute end of the session has come at the [`Moment`] in `$2` to `$4`.
pub(crate) const WITHIN_LIMITS: &str = "browser_sessions.idle_until > $2 AND browser_sessions.absolute_until > $2 \
    AND browser_sessions.touched_at > $3 AND browser_sessions.authenticated_at > $4";

/// The cookie was issued a short while ago, where the session has a bound key: for whoever comes with the cookie. What was
/// issued in the session does not hang on it, because the person may be busy at a client's.
pub(crate) fn cookie_is_fresh() -> String {
    let life = BOUND_COOKIE_LIFE.as_micros();
    format!("(browser_sessions.bound_jwk IS NULL OR browser_sessions.bound_refreshed_at + {life} > $2)")
}

/// The name still holds that the grant was given in, at the instant `$2`: the power of attorney runs and the account of its
/// giver stands; the certificate of the organisation has not expired (security rules DG-5, DG-6).
const NAME_STANDS: &str = "(grants.in_name IS NULL OR grants.in_name = 'self' \
    OR (grants.power_id IS NULL AND certificates.not_after_at >= $2) \
    OR EXISTS (SELECT 1 FROM powers JOIN users AS givers ON givers.id = powers.given_by WHERE powers.id = grants.power_id \
    AND powers.ended_at IS NULL AND powers.from_at <= $2 AND powers.until_at > $2 AND givers.state IN ('invited', 'active')))";

/// Whether the grant counts at the [`Moment`] in `$2` to `$4`.
pub(crate) fn grant_stands() -> String {
    let may_act = device_may_act("grants");
    format!(
        "(grants.revoked_at IS NULL AND grants.epoch = users.epoch AND clients.ended_at IS NULL AND {DEVICE_STANDS} \
         AND {CERTIFICATE_STANDS} AND {may_act} AND {NAME_STANDS} \
         AND ((grants.offline AND ({REPLACED})) OR (({SESSION_STANDS}) AND (grants.offline \
         OR ({WITHIN_LIMITS})))))"
    )
}

/// The row of a `LEFT JOIN`, when there is one.
pub(crate) fn optional<R: FromQueryResult>(row: &QueryResult, prefix: &str) -> Result<Option<R>, DbErr> {
    if row.try_get::<Option<Uuid>>(prefix, "id")?.is_none() {
        return Ok(None);
    }
    R::from_query_result(row, prefix).map(Some)
}
