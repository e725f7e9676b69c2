//! Reminding people of keys that end soon (product C2): for each certificate, once at each number of days before its end that
//! the deployment wants. What was made is kept in the transaction of the message, so that neither a restart nor another node
//! makes it twice.

use authority::ids::SmsId;
use authority::locale::Locale;
use authority::policy::{RegistrationWindow, WallTime, WindowState};
use authority::secret::Secret;
use authority::time::{Timestamp, days};
use authority::users::Phone;
use protocol::Provider;
use storage::key_reminders::{self, DueReminder, Ending};
use storage::sms::{NewSms, SealedSms, SmsKind};
use storage::{StorageError, phones, sms, users};

/// Certificates that are listed at a time; each has a transaction of its own.
const BATCH: u32 = 100;
/// After so many messages the round ends, so that the next one asks for time and lease anew: whether it is night is judged again.
pub(crate) const ROUND: usize = 100;
/// When such messages leave, on the wall clock of the deployment: from 09:00 to 21:00.
const FROM: u16 = 9 * 60;
const TO: u16 = 21 * 60;

/// Makes the messages that are due, and says how many; the others wait for the next round when there are many.
///
/// # Errors
/// The first that could not be made, after all others: one damaged row must not keep the others from theirs. What was made
/// stays made.
pub async fn remind_keys(provider: &Provider, now: Timestamp) -> Result<usize, StorageError> {
    let (mut made, mut failed) = (0, None);
    for ending in endings(&provider.policy().key_reminders, now) {
        let mut after = None;
        loop {
            let batch = match key_reminders::list_due(&provider.db, ending, (after, BATCH)).await {
                Ok(batch) => batch,
                Err(error) => {
                    failed = failed.or(Some(error));
                    break;
                }
            };
            let Some(last) = batch.last().filter(|_| made < ROUND) else {
                break;
            };
            after = Some(*last);
            for due in batch {
                match remind(provider, due, ending.days, now).await {
                    Ok(is_made) => made += usize::from(is_made),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
    }
    failed.map_or(Ok(made), Err)
}

/// Whether any message is due.
pub(crate) async fn is_due(provider: &Provider, now: Timestamp) -> Result<bool, StorageError> {
    for ending in endings(&provider.policy().key_reminders, now) {
        if !key_reminders::list_due(&provider.db, ending, (None, 1))
            .await?
            .is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Between one number of days and the next smaller one, only the larger is told: whoever comes late is not told twice at once.
fn endings(wanted: &[u32], now: Timestamp) -> Vec<Ending> {
    let next = wanted.iter().skip(1).copied().chain([0]);
    let ahead = |number: u32| now.plus(days(u64::from(number)));
    wanted
        .iter()
        .zip(next)
        .map(|(number, smaller)| Ending {
            after: ahead(smaller),
            until: ahead(*number),
            days: *number,
        })
        .collect()
}

async fn remind(provider: &Provider, due: DueReminder, number: u32, now: Timestamp) -> Result<bool, StorageError> {
    let made = provider.db.tx("remind_key", |tx| async move {
        let Some(user) = users::lock(&tx, due.user).await? else {
            return Ok(false);
        };
        let Some(phone) = phones::find_live(&tx, user.id, &provider.keyring).await? else {
            return Ok(false);
        };
        if !key_reminders::take(&tx, due, number, now).await? {
            return Ok(false);
        }
        let message = message(provider, (due, number), (&phone, user.locale), now)?;
        sms::insert(&tx, &message).await
    });
    made.await
}

fn message(
    provider: &Provider,
    (due, number): (DueReminder, u32),
    (phone, locale): (&Phone, Option<Locale>),
    now: Timestamp,
) -> Result<SealedSms, StorageError> {
    let text = provider.pages.sms_key_ends(locale.unwrap_or(Locale::Kk), due.not_after);
    let message = NewSms {
        id: SmsId::mint(now, &mut provider.rng()),
        kind: SmsKind::KeyReminder {
            at: leaves_at(provider, due, now),
        },
        request_id: &format!("key/{}/{}/{number}", due.certificate, due.not_after.as_micros()),
        phone,
        text: &Secret::new(text),
        created_at: now,
        expires_at: due.not_after,
    };
    SealedSms::seal(&message, &provider.keyring, &mut provider.rng())
}

/// Nobody is woken, unless the key would have ended by the morning.
fn leaves_at(provider: &Provider, due: DueReminder, now: Timestamp) -> Timestamp {
    let hours = WallTime::from_minutes(FROM).zip(WallTime::from_minutes(TO));
    let window = hours.and_then(|(from, to)| RegistrationWindow::new(from, to, provider.settings.zone).ok());
    match window.map(|window| window.state(now)) {
        Some(WindowState::Closed { opens_at }) if opens_at < due.not_after => opens_at,
        Some(WindowState::Closed { .. } | WindowState::Open) | None => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_numbers_of_days_only_the_larger_is_told() {
        let now = Timestamp::from_unix_seconds(1_795_665_600);
        let ahead = |number| now.plus(days(number));
        let ending = |days, after, until| Ending {
            after: ahead(after),
            until: ahead(until),
            days,
        };
        assert_eq!(
            endings(&[30, 7, 1], now),
            [ending(30, 7, 30), ending(7, 1, 7), ending(1, 0, 1)]
        );
        assert_eq!(endings(&[], now), []);
    }
}
