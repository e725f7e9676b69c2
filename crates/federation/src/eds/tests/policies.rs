//! Certificate policies that the configuration asks for (RFC 5280 §6.1.3).

use super::super::certificate::Certificate;
use super::super::path::TrustStore;
use super::deep_vector as vector;
use super::manifest::Imitation;
use super::*;

/// What becomes of a certificate when one of these policies has to hold.
fn refusal(settings: EdsSettings, policies: &[&str], certificate: &[u8]) -> Option<ChainFault> {
    let store = TrustStore::new(&EdsSettings {
        policies: policies.iter().map(|oid| ObjectIdentifier::new_unwrap(oid)).collect(),
        ..settings
    });
    let certificate = Certificate::parse(certificate).unwrap();
    store.unwrap().path(&certificate, certificate.not_before).err()
}

fn production() -> EdsSettings {
    EdsSettings {
        anchors: NCA_RK.anchors(),
        intermediates: NCA_RK.intermediates(),
        ..EdsSettings::default()
    }
}

#[test]
fn one_policy_of_several_has_to_hold_along_the_path() {
    let imitation = Imitation::open();
    let person = imitation.read("ee/individual_valid.cer");
    for (policies, expected) in [
        (&[][..], None),
        (&["1.2.398.3.3.2"], None),
        (&["1.2.3", "1.2.398.3.3.2"], None),
        (&["1.2.3"], Some(ChainFault::Policy)),
        // That of the root: it does not hold below it.
        (&["1.2.398.3.1.2"], Some(ChainFault::Policy)),
        (&["2.5.29.32.0"], Some(ChainFault::Policy)),
    ] {
        assert_eq!(
            refusal(imitation.settings(false), policies, &person),
            expected,
            "{policies:?}"
        );
    }
}

#[test]
fn an_anchor_allows_the_policies_of_those_below_it() {
    // The older contour wrote its own policies into people's certificates, and others into its authority's.
    let person = vector!("test-ee/individual_auth_rsa_2022.cer");
    let anchored = EdsSettings {
        anchors: vec![file("rsa", vector!("test-ca/nca_rsa_test.cer"))],
        ..EdsSettings::default()
    };
    let policies = Certificate::parse(person).unwrap().extensions.policies;
    let policy = ObjectIdentifier::from_bytes(&policies[0]).unwrap().to_string();
    assert_eq!(refusal(anchored, &[&policy], person), None);
}

#[test]
fn the_national_authorities_allow_the_policy_of_their_people() {
    for authority in NCA_RK.authorities.iter().filter(|one| !one.is_anchor) {
        assert_eq!(refusal(production(), &["1.2.398.3.3.2"], authority.certificate), None);
        let other = refusal(production(), &["1.2.3"], authority.certificate);
        assert_eq!(other, Some(ChainFault::Policy), "{}", authority.name);
    }
}
