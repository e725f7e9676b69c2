//! The rules of binding and re-registration: what a deployment, and within it an organisation, may set (product A6).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use chrono_tz::Tz;

use super::values::{PolicyError, duration, number, switch, wall_time, whole_hours, zone};
use super::window::RegistrationWindow;
use crate::identifiers::{Bin, Checksum};
use crate::key_sharing::SharingPolicy;
use crate::time::hours;

/// The longest that the account may be kept to the device registered last.
const LONGEST_EXCLUSIVE: Duration = hours(24 * 30);
/// The longest wait before a suspended account may return.
const LONGEST_REST: Duration = hours(24 * 30);

macro_rules! policy_keys {
    ($($(#[$doc:meta])* $name:ident => $word:literal,)*) => {
        /// A rule that can be set.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PolicyKey { $($(#[$doc])* $name,)* }

        impl PolicyKey {
            /// All keys, in the order they are shown.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word at the command line and in storage.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The key of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

policy_keys! {
    /// When registration opens, `HH:MM`.
    RegistrationFrom => "registration.from",
    /// When it closes, `HH:MM`.
    RegistrationTo => "registration.to",
    /// The IANA zone of both.
    RegistrationZone => "registration.zone",
    /// How long only the device registered last may act, ISO 8601 in whole hours, such as `PT48H`.
    ExclusiveFor => "registration.exclusive_for",
    /// Registrations of one account within 30 days; `0` for no limit.
    PerMonth => "registration.per_30_days",
    /// How long a phone number must have been linked before it may confirm a registration, ISO 8601.
    PhoneRest => "registration.phone_rest",
    /// How many devices an account may be used from.
    DevicesPerAccount => "devices.per_account",
    /// Whether a device that lost its key may get a new one without window and lock: `off`, because what it would be
    /// confirmed with, a passkey or the app, does not exist yet.
    Rekey => "devices.rekey",
    /// Whether a shared computer gets a short session without binding: `on` or `off`.
    SharedComputers => "devices.shared_computers",
    /// How many sessions of one account run at the same time; the one used longest ago gives way.
    SessionsPerAccount => "sessions.per_account",
    /// How long after suspending it a person may return, ISO 8601 in whole hours.
    SuspensionRest => "suspension.rest",
    /// On how many devices one key may be used before it seems to be shared.
    SharingDevices => "sharing.devices_per_key",
    /// How many people may use their keys in one browser before they seem to be shared.
    SharingPeople => "sharing.people_per_browser",
    /// How far back both are counted, ISO 8601.
    SharingWithin => "sharing.within",
    /// Whether a sign-in above these limits is refused: `on` or `off`.
    SharingBlocks => "sharing.blocks",
    /// Whether a signature in eGov Mobile, with another certificate of the same person, may stand for the SMS code after a
    /// key from a file: `on` or `off`.
    ConfirmOnPhone => "confirm.egov_mobile",
}

/// The rules in force for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingPolicy {
    /// When devices may be registered again.
    pub window: RegistrationWindow,
    /// How long only the device registered last may act.
    pub exclusive_for: Duration,
    /// Registrations within 30 days; none for no limit.
    pub per_month: Option<u32>,
    /// How long a phone number must have been linked.
    pub phone_rest: Duration,
    /// How many devices an account may be used from.
    pub devices_per_account: usize,
    /// Whether a shared computer gets a session without binding.
    pub shared_computers: bool,
    /// How many sessions of one account run at the same time.
    pub sessions_per_account: usize,
    /// How long a suspended account rests.
    pub suspension_rest: Duration,
    /// When a key seems to be shared.
    pub sharing: SharingPolicy,
    /// Whether a signature on a phone may be the second stage.
    pub confirm_on_phone: bool,
}

/// Whose values they are; the later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole deployment.
    Deployment,
    /// The people of one organisation.
    Organisation(Bin),
}

impl Scope {
    /// The word in storage and at the command line.
    pub fn to_word(&self) -> String {
        match self {
            Self::Deployment => "deployment".to_owned(),
            Self::Organisation(bin) => format!("organisation:{}", bin.expose()),
        }
    }

    /// The scope of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None if word == "deployment" => Some(Self::Deployment),
            Some(("organisation", bin)) => Bin::parse(bin, Checksum::Ignored).ok().map(Self::Organisation),
            None | Some(_) => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_word())
    }
}

/// Where an effective value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The product.
    Default,
    /// The configuration file.
    Configuration,
    /// A value set for that scope.
    Set(Scope),
}

/// A value that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetValue {
    /// For whom.
    pub scope: Scope,
    /// Which rule.
    pub key: PolicyKey,
    /// What, as it was written.
    pub value: String,
}

/// The effective values, with where each comes from.
#[derive(Clone, Debug)]
pub struct Effective {
    values: BTreeMap<PolicyKey, (String, Source)>,
    policy: BindingPolicy,
}

impl Effective {
    /// The values of an account: the seed's, then the configured zone, then what was set for the deployment, then what
    /// was set for its organisation.
    ///
    /// # Errors
    /// A value does not mean anything, alone or with the others.
    pub fn resolve(zone: Tz, set: &[SetValue], organisation: Option<&Bin>) -> Result<Self, (PolicyKey, PolicyError)> {
        let mut values = defaults();
        if zone != Tz::Asia__Almaty {
            values.insert(
                PolicyKey::RegistrationZone,
                (zone.name().to_owned(), Source::Configuration),
            );
        }
        for scope in [Some(Scope::Deployment), organisation.cloned().map(Scope::Organisation)] {
            let of_scope = |set: &&SetValue| scope.as_ref() == Some(&set.scope);
            for set in set.iter().filter(of_scope) {
                values.insert(set.key, (set.value.clone(), Source::Set(set.scope.clone())));
            }
        }
        let policy = read(&values)?;
        Ok(Self { values, policy })
    }

    /// The rules.
    pub const fn policy(&self) -> &BindingPolicy {
        &self.policy
    }

    /// Each key with its value and where that comes from.
    pub fn values(&self) -> impl Iterator<Item = (PolicyKey, &str, &Source)> {
        self.values
            .iter()
            .map(|(key, (value, source))| (*key, value.as_str(), source))
    }
}

fn defaults() -> BTreeMap<PolicyKey, (String, Source)> {
    PolicyKey::ALL
        .iter()
        .map(|key| (*key, (default(*key).to_owned(), Source::Default)))
        .collect()
}

const fn default(key: PolicyKey) -> &'static str {
    match key {
        PolicyKey::RegistrationFrom => "09:00",
        PolicyKey::RegistrationTo => "18:00",
        PolicyKey::RegistrationZone => "Asia/Almaty",
        PolicyKey::ExclusiveFor => "PT48H",
        PolicyKey::PerMonth => "0",
        PolicyKey::PhoneRest => "PT0S",
        PolicyKey::DevicesPerAccount => "1",
        PolicyKey::Rekey | PolicyKey::SharedComputers | PolicyKey::SharingBlocks | PolicyKey::ConfirmOnPhone => "off",
        PolicyKey::SessionsPerAccount => "10",
        PolicyKey::SuspensionRest => "PT24H",
        PolicyKey::SharingDevices => "5",
        PolicyKey::SharingPeople => "6",
        PolicyKey::SharingWithin => "P30D",
    }
}

fn read(values: &BTreeMap<PolicyKey, (String, Source)>) -> Result<BindingPolicy, (PolicyKey, PolicyError)> {
    let value = |key: PolicyKey| values.get(&key).map_or(default(key), |(value, _)| value.as_str());
    let time = |key| named(key, wall_time, value(key));
    let from = time(PolicyKey::RegistrationFrom)?;
    let to = time(PolicyKey::RegistrationTo)?;
    let zone = named(PolicyKey::RegistrationZone, zone, value(PolicyKey::RegistrationZone))?;
    let window =
        RegistrationWindow::new(from, to, zone).map_err(|_| (PolicyKey::RegistrationTo, PolicyError::EmptyWindow))?;
    let number = |key, least, most| named(key, |text| number(text, least, most), value(key));
    let many = |key| number(key, 1, 100).map(|number| usize::try_from(number).unwrap_or(1));
    let per_month = number(PolicyKey::PerMonth, 0, 1000)?;
    let hours = |key, longest| named(key, |text| whole_hours(text, longest), value(key));
    let switch = |key| named(key, switch, value(key));
    if switch(PolicyKey::Rekey)? {
        return Err((PolicyKey::Rekey, PolicyError::NothingToConfirmWith));
    }
    Ok(BindingPolicy {
        window,
        exclusive_for: hours(PolicyKey::ExclusiveFor, LONGEST_EXCLUSIVE)?,
        per_month: (per_month > 0).then_some(per_month),
        phone_rest: named(
            PolicyKey::PhoneRest,
            |text| duration(text, LONGEST_REST),
            value(PolicyKey::PhoneRest),
        )?,
        devices_per_account: many(PolicyKey::DevicesPerAccount)?,
        shared_computers: switch(PolicyKey::SharedComputers)?,
        sessions_per_account: many(PolicyKey::SessionsPerAccount)?,
        suspension_rest: hours(PolicyKey::SuspensionRest, LONGEST_REST)?,
        sharing: SharingPolicy {
            devices_per_key: number(PolicyKey::SharingDevices, 1, 1000)?.into(),
            people_per_browser: number(PolicyKey::SharingPeople, 1, 1000)?.into(),
            within: named(
                PolicyKey::SharingWithin,
                |text| duration(text, LONGEST_REST),
                value(PolicyKey::SharingWithin),
            )?,
            blocks: switch(PolicyKey::SharingBlocks)?,
        },
        confirm_on_phone: switch(PolicyKey::ConfirmOnPhone)?,
    })
}

fn named<T>(
    key: PolicyKey,
    read: impl FnOnce(&str) -> Result<T, PolicyError>,
    value: &str,
) -> Result<T, (PolicyKey, PolicyError)> {
    read(value).map_err(|error| (key, error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(scope: &str, key: PolicyKey, value: &str) -> SetValue {
        SetValue {
            scope: Scope::from_word(scope).unwrap(),
            key,
            value: value.to_owned(),
        }
    }

    fn resolve(values: &[SetValue]) -> Result<Effective, (PolicyKey, PolicyError)> {
        Effective::resolve(Tz::Asia__Almaty, values, None)
    }

    #[test]
    fn without_a_word_from_anybody_the_seeds_rules_hold() {
        let effective = resolve(&[]).unwrap();
        let policy = effective.policy();
        assert_eq!(policy.window.from().to_string(), "09:00");
        assert_eq!(policy.window.to().to_string(), "18:00");
        assert_eq!(policy.window.zone(), Tz::Asia__Almaty);
        assert_eq!(policy.exclusive_for, hours(48));
        assert_eq!((policy.devices_per_account, policy.sessions_per_account), (1, 10));
        assert!(!policy.shared_computers && !policy.confirm_on_phone);
        assert_eq!(policy.suspension_rest, hours(24));
        assert_eq!((policy.per_month, policy.phone_rest), (None, Duration::ZERO));
        assert!(effective.values().all(|(_, _, source)| *source == Source::Default));
        assert_eq!(effective.values().count(), PolicyKey::ALL.len());
    }

    #[test]
    fn the_nearer_scope_wins_and_says_so() {
        let (school, bin) = (
            "organisation:050140000017",
            Bin::parse("050140000017", Checksum::Ignored).unwrap(),
        );
        let values = [
            set(school, PolicyKey::DevicesPerAccount, "3"),
            set("deployment", PolicyKey::DevicesPerAccount, "2"),
            set("deployment", PolicyKey::RegistrationTo, "20:00"),
        ];
        let theirs = Effective::resolve(Tz::Europe__Moscow, &values, Some(&bin)).unwrap();
        assert_eq!(theirs.policy().devices_per_account, 3);
        assert_eq!(theirs.policy().window.zone(), Tz::Europe__Moscow);
        let source = |key| theirs.values().find(|(found, ..)| *found == key).unwrap().2.clone();
        assert_eq!(
            source(PolicyKey::DevicesPerAccount),
            Source::Set(Scope::Organisation(bin))
        );
        assert_eq!(source(PolicyKey::RegistrationTo), Source::Set(Scope::Deployment));
        assert_eq!(source(PolicyKey::RegistrationZone), Source::Configuration);
        assert_eq!(source(PolicyKey::RegistrationFrom), Source::Default);
        let others = Effective::resolve(Tz::Europe__Moscow, &values, None).unwrap();
        assert_eq!(others.policy().devices_per_account, 2);
    }

    #[test]
    fn values_without_meaning_are_refused_by_key() {
        for (key, value, error) in [
            (PolicyKey::RegistrationFrom, "9", PolicyError::WallTime),
            (PolicyKey::RegistrationTo, "24:01", PolicyError::WallTime),
            (PolicyKey::RegistrationTo, "09:00", PolicyError::EmptyWindow),
            (PolicyKey::RegistrationZone, "Asia/Temirtau", PolicyError::Zone),
            (PolicyKey::ExclusiveFor, "48", PolicyError::WholeHours),
            (PolicyKey::ExclusiveFor, "P31D", PolicyError::WholeHours),
            (PolicyKey::ExclusiveFor, "P1M", PolicyError::WholeHours),
            (PolicyKey::ExclusiveFor, "PT90M", PolicyError::WholeHours),
            (PolicyKey::SuspensionRest, "PT30M", PolicyError::WholeHours),
            (PolicyKey::PhoneRest, "30", PolicyError::Duration),
            (PolicyKey::SessionsPerAccount, "0", PolicyError::Number),
            (PolicyKey::PerMonth, "-1", PolicyError::Number),
            (PolicyKey::DevicesPerAccount, "0", PolicyError::Number),
            (PolicyKey::DevicesPerAccount, "101", PolicyError::Number),
            (PolicyKey::Rekey, "yes", PolicyError::Switch),
            (PolicyKey::ConfirmOnPhone, "yes", PolicyError::Switch),
            (PolicyKey::Rekey, "on", PolicyError::NothingToConfirmWith),
        ] {
            assert_eq!(
                resolve(&[set("deployment", key, value)]).err(),
                Some((key, error)),
                "{value}"
            );
        }
    }

    #[test]
    fn keys_and_scopes_keep_their_words() {
        for key in PolicyKey::ALL {
            assert_eq!(PolicyKey::from_word(key.as_str()), Some(*key));
        }
        for word in ["deployment", "organisation:050140000017"] {
            assert_eq!(Scope::from_word(word).unwrap().to_word(), word);
        }
        for word in [
            "",
            "Deployment",
            "organisation",
            "organisation:1",
            "school:050140000017",
        ] {
            assert_eq!(Scope::from_word(word), None, "{word}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,20}") {
            for key in PolicyKey::ALL {
                let _ = resolve(&[set("deployment", *key, &text)]);
            }
        }
    }
}
