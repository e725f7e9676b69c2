//! K1, `/cabinet`: four lines of state and at most one recommendation.

use authority::audit::EventResult;
use authority::certificates::Certificate;
use authority::devices::Device;
use authority::time::{Timestamp, days, hours};
use authority::users::{Exclusivity, FactName};
use axum::response::Response;
use chrono_tz::Tz;
use pages::screens::{Advice, CabinetHome, ExclusiveTime, KeysLine, LastSignIn, PhoneLine, Section};
use protocol::Problem;
use protocol::policy::binding_policy;
use storage::audit::SignInFilter;
use storage::{audit, certificates, phones, user_facts, users};

use super::CabinetPage;
use super::history::KEPT;
use crate::device::name;

/// A key that ends sooner is worth renewing (product C2).
pub(super) const SOON: std::time::Duration = days(30);

/// `GET /cabinet`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let (provider, user) = (page.provider(), &page.live.user);
    let db = &provider.db;
    let Some(device) = &page.live.device else {
        return Err(Problem::OutOfDate);
    };
    let facts = user_facts::list(db, user.id, &provider.keyring).await?;
    let name = facts.into_iter().find(|fact| fact.name == FactName::Name);
    let messages = users::wants_sign_in_messages(db, user.id).await?;
    let phone = phones::find_live(db, user.id, &provider.keyring).await?;
    let phone = phone.map(|phone| PhoneLine {
        number: phone.number.masked(),
        messages,
    });
    let keys = keys(
        &certificates::list_for_user(db, user.id).await?,
        (page.now, provider.settings.zone),
    );
    let exclusive = match user.exclusivity_at(page.now) {
        Some(exclusive) => {
            let length = binding_policy(db, provider, user).await?.exclusive_for;
            Some(exclusive_time(exclusive, length, page.now))
        }
        None => None,
    };
    let advice = if keys.is_some_and(|keys| keys.days_left.is_none() || keys.valid_until < page.now.plus(SOON)) {
        Some(Advice::RenewKey)
    } else if phone.is_none() {
        Some(Advice::LinkPhone)
    } else {
        None
    };
    let screen = CabinetHome {
        cabinet: page.cabinet(Section::Home),
        name: name.map(|fact| fact.value),
        exclusive,
        device_name: device.name.clone(),
        device_kind: name::kind_of(&device.agent),
        bound_at: device.bound_at,
        phone,
        keys,
        last: last(page, device).await?,
        advice,
    };
    Ok(page.render(&screen))
}

/// The latest sign-in that succeeded.
async fn last(page: &CabinetPage, device: &Device) -> Result<Option<LastSignIn>, Problem> {
    let db = &page.provider().db;
    let (user, since) = (page.live.user.id, page.now.minus(KEPT));
    let succeeded = SignInFilter {
        result: Some(EventResult::Done),
        ..SignInFilter::since(since)
    };
    let Some(event) = audit::list_sign_ins(db, user, &succeeded, None, 1).await?.pop() else {
        return Ok(None);
    };
    let row = page.known(event.at).await?.row(&event);
    Ok(Some(LastSignIn {
        at: row.at,
        service: row.service,
        place: row.place,
        address: row.address,
        device: row.device.filter(|_| event.device_id == Some(device.id)),
    }))
}

/// The key that lasts longest of those that are accepted, or the one that was used last; and how many are valid.
fn keys(all: &[Certificate], (now, zone): (Timestamp, Tz)) -> Option<KeysLine> {
    let valid: Vec<_> = all.iter().filter(|key| key.is_usable(now)).collect();
    let best = valid.iter().max_by_key(|key| key.not_after);
    let best = best.copied().or_else(|| all.first())?;
    Some(KeysLine {
        valid_until: best.not_after,
        days_left: best.days_left(now, zone).filter(|_| best.is_usable(now)),
        stopped: !best.is_usable(now) && now <= best.not_after,
        count: u64::try_from(valid.len()).unwrap_or(0),
    })
}

fn exclusive_time(exclusive: Exclusivity, length: std::time::Duration, now: Timestamp) -> ExclusiveTime {
    let hour = hours(1).as_secs();
    let (left, whole) = (exclusive.until.since(now).as_secs(), length.as_secs());
    ExclusiveTime {
        until: exclusive.until,
        passed: whole.saturating_sub(left) / hour,
        hours: whole / hour,
    }
}

#[cfg(test)]
mod tests {
    use authority::ids::DeviceId;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn hours_that_passed_are_whole_ones() {
        let start = Timestamp::from_unix_seconds(1_000);
        let exclusive = Exclusivity {
            device_id: DeviceId::mint(start, &mut ChaCha20Rng::seed_from_u64(1)),
            until: start.plus(hours(48)),
        };
        for (minutes, passed) in [(0, 0), (59, 0), (60, 1), (4 * 60 + 59, 4), (47 * 60 + 59, 47)] {
            let now = start.plus(authority::time::minutes(minutes));
            let time = exclusive_time(exclusive, hours(48), now);
            assert_eq!((time.passed, time.hours), (passed, 48), "{minutes}");
        }
    }
}
