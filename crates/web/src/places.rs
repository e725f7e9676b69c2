//! About where a network address is, by a file that the operator supplies (MaxMind DB format 2.0, cities or countries).
//! It is looked up when a page is made and kept nowhere, so that what is stored stays the address alone.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use authority::locale::Locale;
use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;

/// A file of places, read and verified.
pub struct Places(Reader<Vec<u8>>);

/// Why a file is none.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// It cannot be read.
    #[error("places.database: {} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It is not in the format, or damaged.
    #[error("places.database: {} is no sound MaxMind DB file", .0.display())]
    Broken(PathBuf, #[source] MaxMindDbError),
    /// It knows something else than places.
    #[error("places.database: {} holds {kind}; a file of cities or countries is needed", file.display())]
    Kind {
        /// The file.
        file: PathBuf,
        /// What it says of itself.
        kind: String,
    },
}

impl Places {
    /// Reads and verifies a file whole. The file is held in memory.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or is no file of cities or countries.
    pub fn read(file: &Path) -> Result<Self, PlacesError> {
        let bytes = std::fs::read(file).map_err(|error| PlacesError::Unreadable(file.to_owned(), error))?;
        let broken = |error| PlacesError::Broken(file.to_owned(), error);
        let reader = Reader::from_source(bytes).map_err(broken)?;
        let kind = &reader.metadata().database_type;
        if !["City", "Country"].iter().any(|known| kind.contains(known)) {
            return Err(PlacesError::Kind {
                file: file.to_owned(),
                kind: kind.clone(),
            });
        }
        reader.verify().map_err(broken)?;
        Ok(Self(reader))
    }

    /// City and country of an address, as far as the file knows them: "Almaty, Kazakhstan". Addresses of this machine and of
    /// private networks are nowhere, whatever the file says.
    pub(crate) fn name(&self, address: &str, locale: Locale) -> Option<String> {
        let address = address.parse::<IpAddr>().ok()?.to_canonical();
        if is_private(address) {
            return None;
        }
        let record: Record<'_> = self.0.lookup(address).ok()?.decode().ok()??;
        let (city, country) = (record.city.names.of(locale), record.country.names.of(locale));
        match (city, country) {
            (Some(city), Some(country)) if city != country => Some(format!("{city}, {country}")),
            (Some(only), _) | (None, Some(only)) => Some(only.to_owned()),
            (None, None) => None,
        }
    }
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Places").field(&self.0.metadata().database_type).finish()
    }
}

/// What is read of a record.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    city: Named<'a>,
    #[serde(borrow)]
    country: Named<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    kk: Option<&'a str>,
    ru: Option<&'a str>,
    en: Option<&'a str>,
}

impl<'a> Names<'a> {
    /// The name in this language, or in the one that its readers know best. Files have no Kazakh as a rule.
    fn of(&self, locale: Locale) -> Option<&'a str> {
        let name = match locale {
            Locale::Kk => self.kk.or(self.ru).or(self.en),
            Locale::Ru => self.ru.or(self.en),
            Locale::En => self.en,
        };
        name.filter(|name| !name.is_empty())
    }
}

/// Whether an address belongs to this machine, its link or a network of its own (RFC 1918, 3927, 4193, 4291, 6598).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = v4.to_bits() >> 22 == Ipv4Addr::new(100, 64, 0, 0).to_bits() >> 22;
            let [first, ..] = v4.octets();
            first == 0 || shared || v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_broadcast()
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use testkit::places::{PlaceEntry, places_file};

    use super::*;

    const ALMATY: PlaceEntry<'_> = PlaceEntry {
        network: "203.0.113.0/24",
        city: &[("en", "Almaty"), ("ru", "Алматы")],
        country: &[("en", "Kazakhstan"), ("ru", "Казахстан"), ("kk", "Қазақстан")],
    };

    fn kept(bytes: &[u8]) -> Result<Places, PlacesError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("city.mmdb");
        std::fs::write(&file, bytes).unwrap();
        Places::read(&file)
    }

    fn places(entries: &[PlaceEntry<'_>]) -> Places {
        kept(&places_file("Test-City", entries)).unwrap()
    }

    #[test]
    fn a_place_is_named_in_the_language_of_the_page_as_far_as_the_file_has_it() {
        let bare = PlaceEntry {
            network: "2001:db8::/32",
            city: &[],
            country: &[("en", "Kazakhstan")],
        };
        let city_state = PlaceEntry {
            network: "198.51.100.0/25",
            city: &[("en", "Singapore")],
            country: &[("en", "Singapore")],
        };
        let german = PlaceEntry {
            network: "198.51.100.128/25",
            city: &[("de", "Astana")],
            country: &[],
        };
        let places = places(&[ALMATY, bare, city_state, german]);
        for (address, kk, ru, en) in [
            (
                "203.0.113.77",
                Some("Алматы, Қазақстан"),
                Some("Алматы, Казахстан"),
                Some("Almaty, Kazakhstan"),
            ),
            (
                "::ffff:203.0.113.77",
                Some("Алматы, Қазақстан"),
                Some("Алматы, Казахстан"),
                Some("Almaty, Kazakhstan"),
            ),
            (
                "2001:db8:1::1",
                Some("Kazakhstan"),
                Some("Kazakhstan"),
                Some("Kazakhstan"),
            ),
            (
                "198.51.100.127",
                Some("Singapore"),
                Some("Singapore"),
                Some("Singapore"),
            ),
            ("198.51.100.128", None, None, None),
            ("203.0.114.1", None, None, None),
            ("nonsense", None, None, None),
        ] {
            for (locale, name) in [(Locale::Kk, kk), (Locale::Ru, ru), (Locale::En, en)] {
                assert_eq!(places.name(address, locale).as_deref(), name, "{address} {locale:?}");
            }
        }
    }

    #[test]
    fn private_networks_are_nowhere_even_when_the_file_says_otherwise() {
        let everywhere = ["0.0.0.0/1", "128.0.0.0/1", "8000::/1"].map(|network| PlaceEntry { network, ..ALMATY });
        let places = places(&everywhere);
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.168.1.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.1.2.3",
            "fd00::1",
            "fe80::1",
        ] {
            assert_eq!(places.name(address, Locale::En), None, "{address}");
        }
        for address in [
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "fec0::1",
        ] {
            assert!(places.name(address, Locale::En).is_some(), "{address}");
        }
    }

    #[test]
    fn a_file_that_is_absent_damaged_or_about_something_else_is_refused() {
        let sound = places_file("Test-City", &[ALMATY]);
        assert!(kept(&sound).is_ok() && kept(&places_file("GeoLite2-Country", &[ALMATY])).is_ok());
        let absent = Places::read(Path::new("/nowhere/city.mmdb")).unwrap_err();
        assert_eq!(absent.to_string(), "places.database: /nowhere/city.mmdb cannot be read");
        for length in [0, 1, sound.len() / 2, sound.len() - 1] {
            let cut = sound.get(..length).unwrap();
            assert!(matches!(kept(cut), Err(PlacesError::Broken(..))), "{length}");
        }
        // A pointer of the tree that leads behind the data.
        let mut damaged = sound.clone();
        let at = damaged.iter().rposition(|byte| *byte == 0xab).unwrap() / 2;
        damaged.splice(at..=at, [0xff]);
        assert!(matches!(kept(&damaged), Err(PlacesError::Broken(..))));
        let error = kept(&places_file("GeoLite2-ASN", &[ALMATY])).unwrap_err().to_string();
        assert!(
            error.ends_with("holds GeoLite2-ASN; a file of cities or countries is needed"),
            "{error}"
        );
    }
}
