//! Known centres, by name: their authorities' certificates, and where their revocation lists and responders are.
//!
//! Addresses are data, for whoever fetches; they are never taken from a certificate (CE-16).

use aws_lc_rs::digest;

use super::settings::TrustFile;

/// Whether a centre certifies real people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contour {
    /// Real people.
    Production,
    /// Invented ones, whose keys and passwords are published: a server that believes it is open to everybody.
    Test,
}

/// A centre with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// The word that the configuration uses.
    pub name: &'static str,
    /// Whom it certifies.
    pub contour: Contour,
    /// Its authorities.
    pub authorities: &'static [ProfileAuthority],
}

/// An authority of a centre, and where to ask about what it issued.
#[derive(Debug, PartialEq, Eq)]
pub struct ProfileAuthority {
    /// The file's name at the centre.
    pub name: &'static str,
    /// The certificate, DER.
    pub certificate: &'static [u8],
    /// Whether paths end in it.
    pub is_anchor: bool,
    /// The OCSP responder for what it issued (RFC 6960).
    pub ocsp: Option<&'static str>,
    /// Its complete revocation list.
    pub crl: Option<&'static str>,
    /// Its list of changes (delta list).
    pub delta_crl: Option<&'static str>,
}

/// The National Certification Authority of Kazakhstan: what it issues from since 2022.
pub static NCA_RK: Profile = Profile {
    name: "nca-rk",
    contour: Contour::Production,
    authorities: &[
        ProfileAuthority {
            name: "root_gost_2022.cer",
            certificate: include_bytes!("../../profiles/nca-rk/root_gost_2022.cer"),
            is_anchor: true,
            ocsp: None,
            crl: Some("http://crl.root.gov.kz/gost2015_2022.crl"),
            delta_crl: None,
        },
        ProfileAuthority {
            name: "nca_gost_2022.cer",
            certificate: include_bytes!("../../profiles/nca-rk/nca_gost_2022.cer"),
            is_anchor: false,
            ocsp: Some("http://ocsp.pki.gov.kz/"),
            crl: Some("http://crl.pki.gov.kz/nca_gost_2022.crl"),
            delta_crl: Some("http://crl.pki.gov.kz/nca_d_gost_2022.crl"),
        },
        ProfileAuthority {
            name: "root_rsa_2020.cer",
            certificate: include_bytes!("../../profiles/nca-rk/root_rsa_2020.cer"),
            is_anchor: true,
            ocsp: None,
            crl: Some("http://crl.root.gov.kz/rsa2020.crl"),
            delta_crl: None,
        },
        ProfileAuthority {
            name: "nca_rsa_2022.cer",
            certificate: include_bytes!("../../profiles/nca-rk/nca_rsa_2022.cer"),
            is_anchor: false,
            ocsp: Some("http://ocsp.pki.gov.kz/"),
            crl: Some("http://crl.pki.gov.kz/nca_rsa_2022.crl"),
            delta_crl: Some("http://crl.pki.gov.kz/nca_d_rsa_2022.crl"),
        },
    ],
};

/// Its test contour.
pub static NCA_RK_TEST: Profile = Profile {
    name: "nca-rk-test",
    contour: Contour::Test,
    authorities: &[
        ProfileAuthority {
            name: "root_test_gost_2022.cer",
            certificate: include_bytes!("../../profiles/nca-rk-test/root_test_gost_2022.cer"),
            is_anchor: true,
            ocsp: None,
            crl: Some("http://crl.root.gov.kz/gost_test_2022.crl"),
            delta_crl: None,
        },
        ProfileAuthority {
            name: "nca_gost2022_test.cer",
            certificate: include_bytes!("../../profiles/nca-rk-test/nca_gost2022_test.cer"),
            is_anchor: false,
            ocsp: Some("http://test.pki.gov.kz/ocsp/"),
            crl: Some("http://test.pki.gov.kz/crl/nca_gost2022_test.crl"),
            delta_crl: Some("http://test.pki.gov.kz/crl/nca_gost2022_d_test.crl"),
        },
    ],
};

/// SHA-256 of authorities of the test contour that no profile uses any more: GOST-2004 and RSA.
const OLDER_TEST_AUTHORITIES: [[u8; 32]; 2] = [
    [
        0x03, 0x07, 0xe8, 0xbd, 0xf7, 0x7c, 0xb7, 0x08, 0xb7, 0xc9, 0xd9, 0xa5, 0x79, 0x9f, 0xac, 0xdc, 0x6d, 0xe7,
        0x15, 0x44, 0x47, 0xcb, 0x39, 0x4a, 0xf9, 0xac, 0x9b, 0x52, 0x8c, 0x3d, 0x82, 0xc7,
    ],
    [
        0x7e, 0x96, 0xa3, 0x64, 0x09, 0xdc, 0x11, 0xe0, 0xfc, 0x99, 0xef, 0xae, 0x41, 0xf8, 0xc6, 0x39, 0xe1, 0x6a,
        0x49, 0x5d, 0x77, 0xc2, 0xf2, 0x27, 0x8e, 0xdb, 0x98, 0x58, 0x0f, 0x99, 0x72, 0x31,
    ],
];

impl Profile {
    /// Every profile.
    pub const ALL: [&'static Self; 2] = [&NCA_RK, &NCA_RK_TEST];

    /// The profile of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|profile| profile.name == name)
    }

    /// Its roots, as [`super::EdsSettings::anchors`].
    pub fn anchors(&self) -> Vec<TrustFile> {
        self.files(true)
    }

    /// Its issuing authorities, as [`super::EdsSettings::intermediates`].
    pub fn intermediates(&self) -> Vec<TrustFile> {
        self.files(false)
    }

    /// Where to ask about what it issued (OCSP), each address once.
    pub fn responders(&self) -> Vec<&'static str> {
        each_once(self.authorities.iter().filter_map(|one| one.ocsp))
    }

    /// Where its revocation lists are, complete ones before lists of changes, each address once.
    pub fn lists(&self) -> Vec<&'static str> {
        let complete = self.authorities.iter().filter_map(|one| one.crl);
        each_once(complete.chain(self.authorities.iter().filter_map(|one| one.delta_crl)))
    }

    fn files(&self, anchors: bool) -> Vec<TrustFile> {
        let wanted = self.authorities.iter().filter(|one| one.is_anchor == anchors);
        wanted
            .map(|authority| TrustFile {
                name: format!("{} of {}", authority.name, self.name),
                bytes: authority.certificate.to_vec(),
            })
            .collect()
    }
}

fn each_once(addresses: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for address in addresses {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The contour that an authority's certificate is known to belong to.
pub(crate) fn contour_of(certificate: &[u8]) -> Option<Contour> {
    let has = |profile: &&Profile| profile.authorities.iter().any(|one| one.certificate == certificate);
    let thumbprint = digest::digest(&digest::SHA256, certificate);
    if OLDER_TEST_AUTHORITIES.iter().any(|known| known == thumbprint.as_ref()) {
        return Some(Contour::Test);
    }
    Profile::ALL.iter().copied().find(has).map(|profile| profile.contour)
}

#[cfg(test)]
mod tests {
    use super::super::inspect::words::hex;
    use super::super::path::TrustStore;
    use super::super::settings::{EdsSettings, SettingsFault};
    use super::*;

    fn settings(profile: &Profile) -> EdsSettings {
        EdsSettings {
            anchors: profile.anchors(),
            intermediates: profile.intermediates(),
            ..EdsSettings::default()
        }
    }

    #[test]
    fn the_national_centres_authorities_are_those_that_it_published() {
        let published = [
            (
                "root_gost_2022.cer",
                "af77725f8328bb24f89d81da3acdf7cee4324248538b7ba2cd2a860517fb9dca",
            ),
            (
                "nca_gost_2022.cer",
                "32c7d233a42703a327f3025543a05b930e3f39a786c68dfa196baa86d5618524",
            ),
            (
                "root_rsa_2020.cer",
                "9ba06354b626641715182e4d07c9dbaa1777720fa795d03174ffc68876535dcd",
            ),
            (
                "nca_rsa_2022.cer",
                "84fb799a66140950818c056a5d9730acc2a7622cdd4ef0d47113b132fb892905",
            ),
        ];
        let ours: Vec<(&str, String)> = NCA_RK
            .authorities
            .iter()
            .map(|one| (one.name, hex(digest::digest(&digest::SHA256, one.certificate).as_ref())))
            .collect();
        assert_eq!(ours, published.map(|(name, hash)| (name, hash.to_owned())));
    }

    #[test]
    fn every_profile_is_a_sound_set_of_authorities_of_one_contour() {
        for profile in Profile::ALL {
            let store = TrustStore::new(&settings(profile)).unwrap();
            assert_eq!(store.contour(), Some(profile.contour));
            assert_eq!(Profile::named(profile.name), Some(profile));
            for authority in profile.authorities {
                for url in [authority.ocsp, authority.crl, authority.delta_crl]
                    .into_iter()
                    .flatten()
                {
                    assert!(url.starts_with("http://") && url.contains(".gov.kz/"), "{url}");
                }
                assert!(authority.crl.is_some(), "{}", authority.name);
                assert_eq!(authority.is_anchor, authority.ocsp.is_none(), "{}", authority.name);
            }
        }
        assert_eq!(Profile::named("nca"), None);
    }

    #[test]
    fn test_and_production_authorities_are_never_believed_together() {
        let mut mixed = settings(&NCA_RK);
        mixed.anchors.extend(NCA_RK_TEST.anchors());
        assert_eq!(TrustStore::new(&mixed).unwrap_err(), SettingsFault::MixedContours);
        for older in ["nca_rsa_test.cer", "nca_gost_test_2004.cer"] {
            let path = format!("{}/vectors/test-ca/{older}", env!("CARGO_MANIFEST_DIR"));
            let mut mixed = settings(&NCA_RK);
            mixed.legacy_gost = true;
            mixed.anchors.push(TrustFile {
                name: older.to_owned(),
                bytes: std::fs::read(path).unwrap(),
            });
            assert_eq!(
                TrustStore::new(&mixed).unwrap_err(),
                SettingsFault::MixedContours,
                "{older}"
            );
        }
    }
}
