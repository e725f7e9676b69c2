//! One form of SignedData and no other: the envelope and its parts taken apart and put together otherwise (CE-2 to CE-4,
//! CE-11; RFC 5652 §5).

use federation::eds::{AlgorithmFault, AttributeFault, ContentFault, EdsRefusal, FormatFault, SignerFault};

use super::*;

mod attributes;

/// The parts of an honest SignedData, each a whole element.
struct Parts {
    version: Vec<u8>,
    digests: Vec<u8>,
    encapsulated: Vec<u8>,
    certificates: Vec<u8>,
    crls: Vec<u8>,
    signer: SignerParts,
}

/// The parts of its SignerInfo.
struct SignerParts {
    version: Vec<u8>,
    sid: Vec<u8>,
    digest: Vec<u8>,
    attributes: Vec<u8>,
    algorithm: Vec<u8>,
    value: Vec<u8>,
    unsigned: Vec<u8>,
}

fn elements<const N: usize>(mut content: &[u8]) -> [Vec<u8>; N] {
    std::array::from_fn(|_| {
        let (whole, _, rest) = der::split(content).unwrap();
        content = rest;
        whole.to_vec()
    })
}

impl Parts {
    fn honest() -> Self {
        let recipe = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW);
        let info = recipe.signer_info().unwrap();
        let [version, sid, digest, attributes, algorithm, value] = elements(der::split(&info).unwrap().1);
        Self {
            version: der::integer(&[1]),
            digests: der::of(der::SET, &[recipe.digest.digest_algorithm()]),
            encapsulated: recipe.encapsulated(),
            certificates: der::of(der::context(0), &recipe.certificates),
            crls: vec![],
            signer: SignerParts {
                version,
                sid,
                digest,
                attributes,
                algorithm,
                value,
                unsigned: vec![],
            },
        }
    }

    fn envelope(&self) -> Vec<u8> {
        let signer = &self.signer;
        let info = der::sequence(&[
            signer.version.clone(),
            signer.sid.clone(),
            signer.digest.clone(),
            signer.attributes.clone(),
            signer.algorithm.clone(),
            signer.value.clone(),
            signer.unsigned.clone(),
        ]);
        der::sequence(&[
            self.version.clone(),
            self.digests.clone(),
            self.encapsulated.clone(),
            self.certificates.clone(),
            self.crls.clone(),
            der::of(der::SET, &[info]),
        ])
    }

    fn content_info(&self) -> Vec<u8> {
        let wrapper = der::element(der::context(0), &self.envelope());
        der::sequence(&[der::oid(SIGNED_DATA), wrapper])
    }
}

fn put_together(change: impl FnOnce(&mut Parts)) -> Option<EdsRefusal> {
    let mut parts = Parts::honest();
    change(&mut parts);
    judge(&parts.content_info()).err()
}

const NOT_SIGNED_DATA: Option<EdsRefusal> = Some(EdsRefusal::Format(FormatFault::NotSignedData));

/// The same element with an indefinite length.
fn indefinite(element: &[u8]) -> Vec<u8> {
    let (_, content, _) = der::split(element).unwrap();
    [&[element[0], 0x80], content, &[0, 0]].concat()
}

#[test]
fn what_is_put_together_unchanged_is_accepted() {
    assert_eq!(put_together(|_| {}), None);
    assert_eq!(
        put_together(|parts| parts.version = der::integer(&[3])),
        None,
        "the version that some software writes"
    );
}

#[test]
fn another_envelope_is_refused() {
    for version in [0, 2, 4, 5, 0x7f] {
        assert_eq!(
            put_together(|parts| parts.version = der::integer(&[version])),
            NOT_SIGNED_DATA
        );
    }
    let honest = Parts::honest();
    let wrapper = der::element(der::context(0), &honest.envelope());
    let twice = der::element(der::context(0), &[honest.envelope(), honest.envelope()].concat());
    for (bytes, why) in [
        (der::sequence(&[der::oid(DATA), wrapper.clone()]), "another type"),
        (der::sequence(&[der::oid(SIGNED_DATA)]), "nothing inside"),
        (der::sequence(&[der::oid(SIGNED_DATA), honest.envelope()]), "no wrapper"),
        (der::sequence(&[der::oid(SIGNED_DATA), twice]), "two inside"),
        (
            der::sequence(&[der::oid(SIGNED_DATA), wrapper, der::null()]),
            "something behind it",
        ),
        (honest.envelope(), "the SignedData alone"),
        (der::sequence(&[]), "nothing"),
    ] {
        assert_eq!(judge(&bytes).err(), NOT_SIGNED_DATA, "{why}");
    }
    let behind = [honest.content_info(), vec![0x05, 0x00]].concat();
    assert_eq!(judge(&behind).err(), Some(EdsRefusal::Format(FormatFault::NotBer)));
}

#[test]
fn the_announced_digest_is_the_signers_and_no_other() {
    let sha256 = Suite::Rsa.digest_algorithm();
    let gost = Suite::Gost512.digest_algorithm();
    let announced = |algorithms: &[Vec<u8>]| put_together(|parts| parts.digests = der::of(der::SET, algorithms));
    for algorithms in [
        vec![],
        vec![gost.clone()],
        vec![sha256.clone(), gost],
        vec![sha256.clone(), sha256.clone()],
    ] {
        assert_eq!(
            announced(&algorithms),
            Some(EdsRefusal::Algorithm(AlgorithmFault::Announced)),
            "{algorithms:?}"
        );
    }
    let (_, inside, _) = der::split(&sha256).unwrap();
    let [oid] = elements(inside);
    assert_eq!(announced(&[der::sequence(&[oid])]), None, "without NULL");
}

#[test]
fn a_signer_named_otherwise_is_refused() {
    let key_id = der::element(0x80, &WORLD.key.key_id());
    let refused = Some(EdsRefusal::Signer(SignerFault::NotIssuerAndSerial));
    let by_key_id = put_together(|parts| {
        parts.signer.version = der::integer(&[3]);
        parts.signer.sid = key_id.clone();
    });
    assert_eq!(by_key_id, refused);
    assert_eq!(
        put_together(|parts| parts.signer.sid = key_id),
        refused,
        "with the other's version"
    );
    assert_eq!(put_together(|parts| parts.signer.version = der::integer(&[3])), refused);
    let longer = put_together(|parts| {
        let [issuer, serial] = elements(der::split(&parts.signer.sid).unwrap().1);
        parts.signer.sid = der::sequence(&[issuer, serial, der::null()]);
    });
    assert_eq!(longer, NOT_SIGNED_DATA, "something behind the serial number");
    let of_nobody = put_together(|parts| {
        let [issuer, _] = elements(der::split(&parts.signer.sid).unwrap().1);
        parts.signer.sid = der::sequence(&[issuer, der::integer(&[7])]);
    });
    assert_eq!(of_nobody, Some(EdsRefusal::Signer(SignerFault::NoCertificate)));
}

#[test]
fn content_of_another_type_or_in_another_form_is_refused() {
    let encapsulated = |kind: &[u32], content: Vec<u8>| {
        put_together(|parts| {
            parts.encapsulated = der::sequence(&[der::oid(kind), der::element(der::context(0), &content)]);
        })
    };
    let octets = der::element(der::OCTET_STRING, CHALLENGE);
    assert_eq!(encapsulated(DATA, octets.clone()), None);
    assert_eq!(
        encapsulated(SIGNED_DATA, octets.clone()),
        Some(EdsRefusal::Content(ContentFault::NotData))
    );
    assert_eq!(
        encapsulated(DATA, der::element(0x0c, CHALLENGE)),
        NOT_SIGNED_DATA,
        "a text"
    );
    assert_eq!(
        encapsulated(DATA, [octets.clone(), octets].concat()),
        NOT_SIGNED_DATA,
        "twice"
    );
    assert_eq!(encapsulated(DATA, vec![]), NOT_SIGNED_DATA, "nothing");
    let pieces = |pieces: &[&[u8]]| {
        let joined: Vec<u8> = pieces
            .iter()
            .flat_map(|piece| der::element(der::OCTET_STRING, piece))
            .collect();
        encapsulated(DATA, der::element(der::OCTET_STRING | 0x20, &joined))
    };
    let (begin, end) = CHALLENGE.split_at(11);
    assert_eq!(pieces(&[begin, b"", end]), None, "in pieces");
    assert_eq!(
        pieces(&[end, begin]),
        Some(EdsRefusal::Content(ContentFault::OtherContent)),
        "in another order"
    );
}

#[test]
fn what_is_signed_stays_der_inside_ber() {
    let ber = put_together(|parts| parts.signer.attributes = indefinite(&parts.signer.attributes));
    assert_eq!(ber, Some(EdsRefusal::Attributes(AttributeFault::NotDer)));
    let long_form = put_together(|parts| {
        let (_, content, _) = der::split(&parts.signer.attributes).unwrap();
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        parts.signer.attributes = [&[der::context(0), 0x84], &length[..], content].concat();
    });
    assert_eq!(long_form, Some(EdsRefusal::Attributes(AttributeFault::NotDer)));
    let certificate = put_together(|parts| {
        let (_, content, _) = der::split(&parts.certificates).unwrap();
        parts.certificates = der::element(der::context(0), &indefinite(content));
    });
    assert_eq!(certificate, Some(EdsRefusal::Format(FormatFault::BadCertificate)));
    // The envelope around them may be either.
    let around = put_together(|parts| {
        parts.digests = indefinite(&parts.digests);
        parts.certificates = indefinite(&parts.certificates);
        parts.encapsulated = indefinite(&parts.encapsulated);
    });
    assert_eq!(around, None);
}

#[test]
fn what_nobody_signed_is_ignored_as_a_whole_when_it_is_well_formed() {
    let list = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    assert_eq!(
        put_together(|parts| parts.crls = der::element(der::context(1), &list)),
        None,
        "a list that comes along is not used"
    );
    let revoking = Revocation {
        serial: WORLD.key.serial(),
        at: NOW,
        reason: 1,
    };
    let revoking = WORLD.centre.nca().crl(&fresh_list(vec![revoking])).unwrap();
    assert_eq!(
        put_together(|parts| parts.crls = der::element(der::context(1), &revoking)),
        None,
        "nor one that would harm"
    );
    let stamp = attribute(SIGNATURE_TIME_STAMP, &Parts::honest().content_info());
    assert_eq!(
        put_together(|parts| parts.signer.unsigned = der::element(der::context(1), &stamp)),
        None,
        "a time stamp that is a signature of the person"
    );
    let broken = [der::context(1), 3, 0x30, 5, 1];
    assert_eq!(
        put_together(|parts| parts.signer.unsigned = broken.to_vec()),
        Some(EdsRefusal::Format(FormatFault::NotBer))
    );
    let twice = der::element(der::context(1), &stamp).repeat(2);
    assert_eq!(put_together(|parts| parts.signer.unsigned = twice), NOT_SIGNED_DATA);
}

#[test]
fn what_is_nested_too_deeply_or_too_long_is_refused_at_once() {
    let nested = |levels: usize| (0..levels).fold(der::null(), |inner, _| der::sequence(&[inner]));
    let unsigned =
        |levels| put_together(|parts| parts.signer.unsigned = der::element(der::context(1), &nested(levels)));
    assert_eq!(unsigned(20), None);
    assert_eq!(unsigned(32), Some(EdsRefusal::Format(FormatFault::NotBer)));
    let long = vec![0; 44 * 1024];
    let padded = put_together(|parts| {
        parts.signer.unsigned = der::element(der::context(1), &der::element(der::OCTET_STRING, &long));
    });
    assert_eq!(padded, Some(EdsRefusal::Format(FormatFault::TooLong)));
}
