//! The demo's clock: real time, shifted, or standing still. The desk sets it; provider, diary, signer and messages are told
//! by it, decisions that fall by database time too. What was set is kept in the data folder, for the next start and for the
//! other commands.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use authority::time::{Clock, Timestamp};

use crate::clock::NodeClock;

/// The clock of a demo.
#[derive(Debug)]
pub struct DemoClock {
    node: Arc<NodeClock>,
    file: PathBuf,
    setting: RwLock<Setting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    /// So many microseconds ahead of real time, or behind it.
    Ahead(i64),
    /// Always this instant, in microseconds.
    Stands(i64),
}

impl Setting {
    fn parse(text: &str) -> Option<Self> {
        let (word, number) = text.trim().split_once(' ')?;
        let number = number.parse().ok()?;
        match word {
            "ahead_us" => Some(Self::Ahead(number)),
            "stands_us" => Some(Self::Stands(number)),
            _ => None,
        }
    }

    fn to_line(self) -> String {
        match self {
            Self::Ahead(by) => format!("ahead_us {by}\n"),
            Self::Stands(at) => format!("stands_us {at}\n"),
        }
    }

    fn at(self, real: Timestamp) -> Timestamp {
        match self {
            Self::Ahead(by) => Timestamp::from_micros(real.as_micros().saturating_add(by)),
            Self::Stands(at) => Timestamp::from_micros(at),
        }
    }
}

impl DemoClock {
    /// The file that keeps the setting of the data folder with this key encryption key.
    pub fn file_beside(kek: &Path) -> PathBuf {
        kek.with_file_name("clock")
    }

    /// Reads what was set; real time when nothing was.
    ///
    /// # Errors
    /// The file cannot be read, or says something else.
    pub fn open(node: Arc<NodeClock>, file: PathBuf) -> io::Result<Self> {
        let setting = match fs::read_to_string(&file) {
            Ok(text) => Setting::parse(&text).ok_or(io::ErrorKind::InvalidData)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Setting::Ahead(0),
            Err(error) => return Err(error),
        };
        Ok(Self {
            node,
            file,
            setting: RwLock::new(setting),
        })
    }

    /// From now on it shows this instant: and runs on, or stands.
    ///
    /// # Errors
    /// The setting cannot be kept; then nothing changes.
    pub fn set(&self, now: Timestamp, stands: bool) -> io::Result<()> {
        let by = now.as_micros().saturating_sub(self.node.now().as_micros());
        self.keep(if stands {
            Setting::Stands(now.as_micros())
        } else {
            Setting::Ahead(by)
        })
    }

    /// Runs on from where it is.
    ///
    /// # Errors
    /// As [`DemoClock::set`].
    pub fn run_on(&self) -> io::Result<()> {
        self.set(self.now(), false)
    }

    /// Back to real time.
    ///
    /// # Errors
    /// As [`DemoClock::set`].
    pub fn be_real(&self) -> io::Result<()> {
        self.keep(Setting::Ahead(0))
    }

    /// Whether it stands.
    pub fn stands(&self) -> bool {
        matches!(self.setting(), Setting::Stands(_))
    }

    /// Whether it shows real time.
    pub fn is_real(&self) -> bool {
        self.setting() == Setting::Ahead(0)
    }

    /// What differs when somebody has set it.
    pub(super) fn mark(&self) -> String {
        self.setting().to_line()
    }

    fn setting(&self) -> Setting {
        *self.setting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, setting: Setting) -> io::Result<()> {
        let mut current = self.setting.write().unwrap_or_else(PoisonError::into_inner);
        let draft = self.file.with_extension("new");
        fs::write(&draft, setting.to_line())?;
        fs::rename(&draft, &self.file)?;
        *current = setting;
        Ok(())
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        self.setting().at(self.node.now())
    }

    fn decisive(&self, database: Timestamp) -> Timestamp {
        self.setting().at(database)
    }
}

#[cfg(test)]
mod tests {
    use authority::time::{days, hours, seconds};

    use super::*;

    fn open(folder: &tempfile::TempDir) -> DemoClock {
        DemoClock::open(Arc::new(NodeClock::start()), folder.path().join("clock")).unwrap()
    }

    #[test]
    fn it_goes_ahead_back_and_stands_and_decisions_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let clock = open(&folder);
        assert!(clock.is_real() && !clock.stands());
        let real = clock.now();
        for now in [real.plus(days(90)), real.minus(hours(5))] {
            clock.set(now, false).unwrap();
            assert!(clock.now().since(now) < seconds(60) && !clock.is_real());
            assert!(clock.decisive(clock.node.now()).since(now) < seconds(60));
        }
        clock.set(real, true).unwrap();
        assert_eq!((clock.now(), clock.decisive(real.plus(days(1)))), (real, real));
        clock.run_on().unwrap();
        assert!(!clock.stands() && clock.now() >= real);
        clock.be_real().unwrap();
        assert!(clock.is_real());
        assert_eq!(clock.decisive(real), real);
    }

    #[test]
    fn what_was_set_is_found_again_and_nonsense_is_not_guessed_at() {
        let folder = tempfile::tempdir().unwrap();
        let clock = open(&folder);
        let at = clock.now().plus(hours(48));
        clock.set(at, true).unwrap();
        assert_eq!(open(&folder).now(), at);
        clock.set(at, false).unwrap();
        assert!(open(&folder).now().since(at) < seconds(60));
        for text in [
            "",
            "ahead_us",
            "ahead_us soon",
            "behind_us 1",
            "ahead_us 99999999999999999999",
        ] {
            fs::write(folder.path().join("clock"), text).unwrap();
            assert!(DemoClock::open(Arc::new(NodeClock::start()), folder.path().join("clock")).is_err());
        }
    }
}
