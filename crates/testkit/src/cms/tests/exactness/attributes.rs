//! The signed attributes: what must be there, and the one that names the certificate (CE-3, CE-4).

use super::*;

#[test]
fn attributes_that_bind_nothing_are_refused() {
    let content_type = attribute(CONTENT_TYPE, &der::oid(DATA));
    let other_type = attribute(CONTENT_TYPE, &der::oid(SIGNED_DATA));
    let digest = Suite::Rsa.digest(CHALLENGE);
    let digest = attribute(MESSAGE_DIGEST, &der::element(der::OCTET_STRING, &digest));
    let two_digests = der::element(der::OCTET_STRING, &[1; 32]).repeat(2);
    let signed = |attributes: &[&Vec<u8>]| {
        let mut attributes: Vec<Vec<u8>> = attributes.iter().map(|&one| one.clone()).collect();
        attributes.sort();
        put_together(|parts| {
            let value = WORLD.key.sign(&der::of(der::SET, &attributes)).unwrap();
            parts.signer.attributes = der::of(der::context(0), &attributes);
            parts.signer.value = der::element(der::OCTET_STRING, &value);
        })
    };
    assert_eq!(signed(&[&content_type, &digest]), None, "the two that must be there");
    for (attributes, fault) in [
        (vec![], AttributeFault::ContentType),
        (vec![&digest], AttributeFault::ContentType),
        (vec![&other_type, &digest], AttributeFault::ContentType),
        (vec![&content_type], AttributeFault::NoDigest),
        (
            vec![&content_type, &attribute(MESSAGE_DIGEST, &two_digests)],
            AttributeFault::NotOnce,
        ),
        (
            vec![&content_type, &attribute(MESSAGE_DIGEST, &[])],
            AttributeFault::NotOnce,
        ),
        (
            vec![&content_type, &attribute(MESSAGE_DIGEST, &der::null())],
            AttributeFault::OtherDigest,
        ),
        (vec![&content_type, &content_type, &digest], AttributeFault::NotOnce),
    ] {
        assert_eq!(
            signed(&attributes),
            Some(EdsRefusal::Attributes(fault)),
            "{attributes:?}"
        );
    }
}

/// Judges a signature whose signing-certificate attribute has this value.
fn naming_a_certificate(own: &[u8], value: &[u8]) -> Option<EdsRefusal> {
    let attributes = [
        attribute(CONTENT_TYPE, &der::oid(DATA)),
        attribute(
            MESSAGE_DIGEST,
            &der::element(der::OCTET_STRING, &Suite::Rsa.digest(CHALLENGE)),
        ),
        attribute(SIGNING_CERTIFICATE_V2, value),
    ];
    let mut attributes = attributes.to_vec();
    attributes.sort();
    put_together(|parts| {
        let value = WORLD.key.sign(&der::of(der::SET, &attributes)).unwrap();
        parts.signer.attributes = der::of(der::context(0), &attributes);
        parts.signer.value = der::element(der::OCTET_STRING, &value);
        parts.certificates = der::element(der::context(0), own);
    })
}

#[test]
fn a_signing_certificate_attribute_is_read_to_its_end() {
    let own = certificate(&profile());
    let hash = der::element(der::OCTET_STRING, &thumbprint(&own));
    let id = der::sequence(std::slice::from_ref(&hash));
    let of = |value: Vec<u8>| naming_a_certificate(&own, &value);
    let sha512 = || {
        let hash = digest::digest(&digest::SHA512, &own);
        let algorithm = der::sequence(&[der::oid(&[2, 16, 840, 1, 101, 3, 4, 2, 3])]);
        der::sequence(&[algorithm, der::element(der::OCTET_STRING, hash.as_ref())])
    };
    for (value, why) in [
        (der::sequence(&[der::sequence(std::slice::from_ref(&id))]), "alone"),
        (
            der::sequence(&[der::sequence(&[id.clone(), sha512()])]),
            "with one of an authority",
        ),
        (
            der::sequence(&[der::sequence(std::slice::from_ref(&id)), der::sequence(&[])]),
            "with policies",
        ),
        (der::sequence(&[der::sequence(&[sha512()])]), "by another hash"),
    ] {
        assert_eq!(of(value), None, "{why}");
    }
    let other = der::sequence(&[der::element(der::OCTET_STRING, &[7; 32])]);
    let odd = der::sequence(&[der::oid(&[2, 16, 840, 1, 101, 3, 4, 2, 1]), der::sequence(&[])]);
    for (value, why) in [
        (
            der::sequence(&[der::sequence(&[other, id.clone()])]),
            "ours is not the first",
        ),
        (der::sequence(&[der::sequence(&[])]), "none"),
        (der::sequence(&[]), "nothing"),
        (
            der::sequence(&[der::sequence(&[id.clone(), der::null()])]),
            "something else behind it",
        ),
        (
            der::sequence(&[der::sequence(std::slice::from_ref(&id)), der::null()]),
            "no policies",
        ),
        (
            der::sequence(&[der::sequence(&[der::sequence(&[odd, hash])])]),
            "a hash with parameters",
        ),
        (id, "without the list"),
    ] {
        assert_eq!(
            of(value),
            Some(EdsRefusal::Attributes(AttributeFault::OtherCertificate)),
            "{why}"
        );
    }
}
