//! Telling a person by SMS that something about the account changed (product A6; security rules DB-12, AC-14). The message
//! is kept in the transaction of the change and leaves after it; a stop code in it suspends the account and does nothing
//! else. Notices do not count against the limits of codes.

use authority::ids::{RegistrationId, SmsId};
use authority::locale::Locale;
use authority::secret::{Keyring, Secret};
use authority::stop_codes::{STOP_CODE_TTL, StopCode, StopDigits};
use authority::time::{Timestamp, days};
use authority::users::User;
use pages::Pages;
use rand_core::TryRngCore as _;
use storage::sms::{NewSms, SealedSms, SmsKind};
use storage::{StorageError, Tx, phones, sms, stop_codes, users};

use crate::Provider;

/// How long a notice is worth sending.
const NOTICE_TTL: std::time::Duration = days(1);

/// What changed.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// A new device was registered.
    DeviceRegistered {
        /// Its name.
        device: &'a str,
        /// The registration whose message carries the stop code; none when the device is the account's first.
        registration: Option<RegistrationId>,
    },
    /// An operator released a device.
    DeviceReleased {
        /// Its name.
        device: &'a str,
    },
    /// Operators ended the time in which only the newest device works; it stays bound.
    ExclusivityEnded,
    /// Somebody signed in to a service; for people who want to be told.
    SignedIn {
        /// The service.
        service: &'a str,
    },
    /// The person ended sessions.
    SessionsEnded,
    /// The person wants messages about sign-ins, or wants them no more.
    SignInMessages {
        /// Whether they come from now on.
        on: bool,
    },
    /// A key is not accepted here any more.
    KeyStopped,
    /// A key that was stopped is accepted again.
    KeyAccepted,
    /// A key was used for the first time by somebody who had another one (security rule CE-14).
    KeyNew,
    /// The phone was changed: the old and the new one are told.
    PhoneChanged,
    /// A power of attorney was given in the person's name.
    PowerGiven,
    /// The person was given one.
    PowerReceived,
    /// One that concerns the person ended.
    PowerEnded,
    /// The account was suspended: there is nothing left to stop.
    Suspended,
    /// The account may be used again.
    Returned,
}

impl Change<'_> {
    const fn registration(self) -> Option<RegistrationId> {
        match self {
            Self::DeviceRegistered { registration, .. } => registration,
            Self::DeviceReleased { .. }
            | Self::ExclusivityEnded
            | Self::SignedIn { .. }
            | Self::SessionsEnded
            | Self::SignInMessages { .. }
            | Self::KeyStopped
            | Self::KeyAccepted
            | Self::KeyNew
            | Self::PhoneChanged
            | Self::PowerGiven
            | Self::PowerReceived
            | Self::PowerEnded
            | Self::Suspended
            | Self::Returned => None,
        }
    }
}

/// What a message is made with. A command has no provider, and tells all the same.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    /// The keys that seal the message and digest its code.
    pub keyring: &'a Keyring,
    /// Whose words it has.
    pub pages: &'a Pages,
}

/// Keeps the message; a person without a phone gets none and reads of devices on K2 and of sign-ins on K7. Call it inside the
/// transaction of the change.
///
/// # Errors
/// The database is not available, or the message cannot be sealed.
pub async fn tell(
    tx: &Tx,
    provider: &Provider,
    user: &User,
    change: Change<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let teller = Teller {
        keyring: &provider.keyring,
        pages: &provider.pages,
    };
    tell_with(tx, teller, user, change, now).await
}

/// Tells of a sign-in to a service, if the person wants such messages (product C3).
///
/// # Errors
/// As [`tell`].
pub async fn tell_of_sign_in(
    tx: &Tx,
    provider: &Provider,
    user: &User,
    service: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    if users::wants_sign_in_messages(tx, user.id).await? {
        tell(tx, provider, user, Change::SignedIn { service }, now).await?;
    }
    Ok(())
}

/// [`tell`] for whoever has no provider.
///
/// # Errors
/// As [`tell`].
pub async fn tell_with(
    tx: &Tx,
    teller: Teller<'_>,
    user: &User,
    change: Change<'_>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let mut rng = rand_core::OsRng.unwrap_err();
    let Some(phone) = phones::find_live(tx, user.id, teller.keyring).await? else {
        return Ok(());
    };
    let code = match change {
        Change::Suspended => None,
        Change::DeviceRegistered { .. }
        | Change::DeviceReleased { .. }
        | Change::ExclusivityEnded
        | Change::SignedIn { .. }
        | Change::SessionsEnded
        | Change::SignInMessages { .. }
        | Change::KeyStopped
        | Change::KeyAccepted
        | Change::KeyNew
        | Change::PhoneChanged
        | Change::PowerGiven
        | Change::PowerReceived
        | Change::PowerEnded
        | Change::Returned => Some(mint_stop_code(tx, teller, user, change, now).await?.grouped()),
    };
    let code = code.as_deref().map_or("", String::as_str);
    let text = Secret::new(text(teller, user.locale.unwrap_or(Locale::Kk), change, (code, now)));
    let id = SmsId::mint(now, &mut rng);
    let request_id = id.to_string();
    let sms = NewSms {
        id,
        kind: SmsKind::Notice,
        request_id: &request_id,
        phone: &phone,
        text: &text,
        created_at: now,
        expires_at: now.plus(NOTICE_TTL),
    };
    let sealed = SealedSms::seal(&sms, teller.keyring, &mut rng)?;
    sms::insert(tx, &sealed).await.map(drop)
}

fn text(teller: Teller<'_>, locale: Locale, change: Change<'_>, (code, now): (&str, Timestamp)) -> String {
    let pages = teller.pages;
    match change {
        Change::DeviceRegistered { device, .. } => pages.sms_device_registered(locale, device, now, code),
        Change::DeviceReleased { device } => pages.sms_device_released(locale, device, now, code),
        Change::ExclusivityEnded => pages.sms_exclusivity_ended(locale, now, code),
        Change::SignedIn { service } => pages.sms_signed_in(locale, service, now, code),
        Change::SessionsEnded => pages.sms_sessions_ended(locale, now, code),
        Change::SignInMessages { on } => pages.sms_sign_in_messages(locale, on, now, code),
        Change::KeyStopped => pages.sms_key_stopped(locale, now, code),
        Change::KeyAccepted => pages.sms_key_accepted(locale, now, code),
        Change::KeyNew => pages.sms_key_new(locale, now, code),
        Change::PhoneChanged => pages.sms_phone_changed(locale, now, code),
        Change::PowerGiven => pages.sms_power_given(locale, now, code),
        Change::PowerReceived => pages.sms_power_received(locale, now, code),
        Change::PowerEnded => pages.sms_power_ended(locale, now, code),
        Change::Suspended => pages.sms_suspended(locale, now),
        Change::Returned => pages.sms_returned(locale, now, code),
    }
}

async fn mint_stop_code(
    tx: &Tx,
    teller: Teller<'_>,
    user: &User,
    change: Change<'_>,
    now: Timestamp,
) -> Result<StopDigits, StorageError> {
    let mut rng = rand_core::OsRng.unwrap_err();
    loop {
        let digits = StopDigits::mint(&mut rng);
        let code = StopCode {
            digest: digits.digest(teller.keyring),
            user_id: user.id,
            registration_id: change.registration(),
            issued_at: now,
            expires_at: now.plus(STOP_CODE_TTL),
            used_at: None,
        };
        if stop_codes::insert(tx, &code).await? {
            return Ok(digits);
        }
    }
}
