//! The worst that can be sent or configured costs a bounded number of signature checks and of steps of the reader (RL-4). Work
//! is counted, not timed: the figures are in `docs/FIGURES.md`.

use gost::{Curve, KeyAlgorithm, SigningKey, Suite};

use super::super::ber::count as reader;
use super::super::suite::count as signatures;
use super::super::{ber, limits, oid};
use super::deep_vector as vector;
use super::manifest::Imitation;
use super::*;

/// What a verification did.
#[derive(Debug)]
struct Work {
    signatures: usize,
    elements: usize,
}

fn work<T>(body: impl FnOnce() -> T) -> (T, Work) {
    signatures::CHECKS.set(0);
    reader::ELEMENTS.set(0);
    let outcome = body();
    let work = Work {
        signatures: signatures::CHECKS.get(),
        elements: reader::ELEMENTS.get(),
    };
    (outcome, work)
}

/// The imitation's issuing authority with another key: same name, same key identifier.
fn namesake(number: u8) -> Vec<u8> {
    let algorithm = KeyAlgorithm::new(Suite::KzGost2015_512, Curve::Tc26A512).unwrap();
    let key = SigningKey::from_be_bytes(algorithm, &[number; 64])
        .unwrap()
        .public_key()
        .to_xy();
    let mut der = vector!("fake/ca/nca_gost2015-512.cer").to_vec();
    let marker = [0x03, 0x81, 0x84, 0x00, 0x04, 0x81, 0x80];
    let at = der.windows(marker.len()).position(|window| window == marker).unwrap() + marker.len();
    der[at..at + key.len()].copy_from_slice(&key);
    der
}

fn with_anchors(anchors: Vec<TrustFile>) -> EdsVerifier {
    let settings = EdsSettings {
        anchors,
        intermediates: vec![],
        ..Imitation::kept().settings(false)
    };
    EdsVerifier::new(&settings).unwrap()
}

const GOOD: &[u8] = vector!("fake/cms/attached_ok.der");

#[test]
fn a_sign_in_checks_one_signature_of_a_certificate_and_that_of_the_person() {
    let imitation = Imitation::open();
    let verifier = EdsVerifier::new(&imitation.settings(true)).unwrap();
    let challenge = imitation.read("cms/challenge.txt");
    for signature in ["cms/attached_ok.der", "cms/attached_with_chain_ok.der"] {
        let text = base64(&imitation.read(signature));
        let (outcome, work) = work(|| verifier.verify(&text, &challenge, imitation.clock()));
        assert!(outcome.is_ok());
        assert_eq!(work.signatures, 2, "{signature}: authorities were verified at start");
    }
    let rogue = base64(&imitation.read("cms/attached_rogue.der"));
    let (outcome, work) = work(|| verifier.verify(&rogue, &challenge, imitation.clock()));
    assert_eq!(outcome.unwrap_err().code(), "E_CHAIN");
    assert_eq!(
        work.signatures, 1,
        "another key identifier: only the person's own signature"
    );
}

#[test]
fn namesakes_with_the_same_key_identifier_are_tried_up_to_a_hundred() {
    let real = file("real", vector!("fake/ca/nca_gost2015-512.cer"));
    let namesakes = |count: u8| (1..=count).map(|number| file("namesake", &namesake(number)));
    let few = with_anchors(namesakes(20).chain([real.clone()]).collect());
    let (outcome, done) = work(|| few.verify(&base64(GOOD), CHALLENGE, NOW));
    assert!(outcome.is_ok(), "the one whose key fits is found");
    assert_eq!(done.signatures, 22);

    let many = with_anchors(namesakes(150).chain([real]).collect());
    let (outcome, done) = work(|| many.verify(&base64(GOOD), CHALLENGE, NOW));
    assert_eq!(outcome, Err(EdsRefusal::Chain(ChainFault::TooMuchWork)));
    assert!(done.signatures <= 1 + limits::PATH_SIGNATURES, "{done:?}");
}

/// An element around `content`.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}

#[test]
fn the_longest_and_deepest_envelopes_cost_steps_in_proportion() {
    let full = |mut inside: Vec<u8>| {
        inside.truncate(limits::CMS - 6);
        inside
    };
    let flat = element(ber::tag::SEQUENCE, &full([5, 0].repeat(limits::CMS / 2)));
    // Indefinite lengths, so that the end of each level is looked for inside the one above.
    let deep = {
        let levels = limits::DEPTH - 1;
        let inside = [5, 0].repeat((limits::CMS - 4 * levels) / 2);
        [[0x30, 0x80].repeat(levels), inside, vec![0; 2 * levels]].concat()
    };
    let pieces = {
        let levels = limits::DEPTH - 8;
        let inside = [4, 0].repeat((limits::CMS - 4 * levels - 64) / 2);
        let content = [[0x24, 0x80].repeat(levels), inside, vec![0; 2 * levels]].concat();
        let data = [&[0xa0, 0x80][..], &content, &[0, 0]].concat();
        let kind = [&[0x06, 0x09][..], oid::DATA].concat();
        let encapsulated = [&[0x30, 0x80][..], &kind, &data, &[0, 0]].concat();
        let signed = [&[0x30, 0x80, 2, 1, 1, 0x31, 0][..], &encapsulated, &[0x31, 0, 0, 0]].concat();
        let kind = [&[0x06, 0x09][..], oid::SIGNED_DATA].concat();
        [&[0x30, 0x80][..], &kind, &[0xa0, 0x80], &signed, &[0, 0, 0, 0]].concat()
    };
    let verifier = verifier();
    for (name, cms) in [("flat", flat), ("deep", deep), ("pieces", pieces)] {
        assert!(cms.len() <= limits::CMS, "{name}");
        let (outcome, work) = work(|| verifier.verify(&base64(&cms), CHALLENGE, NOW));
        assert!(
            matches!(
                outcome,
                Err(EdsRefusal::Format(_) | EdsRefusal::Signer(_) | EdsRefusal::Content(_))
            ),
            "{name}"
        );
        assert_eq!(work.signatures, 0, "{name}");
        // At most one element for two octets on each level, and a few passes.
        assert!(
            work.elements <= limits::CMS / 2 * (limits::DEPTH + 8) * 3,
            "{name}: {work:?}"
        );
    }
}

#[test]
fn a_certificate_full_of_extensions_is_given_up_early() {
    let extension = |number: usize| {
        let [.., high, low] = number.to_be_bytes();
        let kind = [0x06, 0x04, 0x2a, 0x03, high & 0x7f | 0x80, low & 0x7f];
        let value = [0x04, 0x00];
        [&[0x30, 0x08][..], &kind, &value].concat()
    };
    let many: Vec<u8> = (0..400).flat_map(extension).collect();
    let list = {
        let length = u16::try_from(many.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82][..], &length, &many].concat()
    };
    let (outcome, work) =
        work(|| super::super::extensions::Extensions::read(&mut ber::Reader::new(&list, ber::Rules::Der)));
    assert_eq!(
        outcome.err(),
        Some(ber::Malformed),
        "more extensions than any certificate has"
    );
    assert!(work.elements <= 4 * limits::EXTENSIONS + 8, "{work:?}");
}

/// An element with the shortest length, as DER wants it.
pub(super) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        0x100.. => vec![tag, 0x82, high, low],
    };
    [head.as_slice(), content].concat()
}

/// The elements inside the only one of `bytes`, as received.
pub(super) fn children(bytes: &[u8]) -> Vec<&[u8]> {
    let mut outer = ber::Reader::new(bytes, ber::Rules::Ber);
    let tag = outer.peek().unwrap();
    let mut inside = outer.enter(tag).unwrap();
    let mut found = Vec::new();
    while !inside.is_empty() {
        found.push(inside.any().unwrap().raw);
    }
    found
}

/// A certificate of about four thousand octets in as many elements as extensions may bring.
fn large_certificate() -> Vec<u8> {
    let small = vector!("fake/ee/individual_valid.cer");
    let [signed, algorithm, signature] = children(small).try_into().unwrap();
    let mut fields: Vec<Vec<u8>> = children(signed).into_iter().map(<[u8]>::to_vec).collect();
    let extension = |number: u8| der(0x30, &[der(0x06, &[0x2a, 0x03, number]), der(0x04, &[0; 52])].concat());
    let many: Vec<u8> = (0..u8::try_from(limits::EXTENSIONS).unwrap())
        .flat_map(extension)
        .collect();
    // Another certificate than the signer's.
    fields[1] = der(0x02, &[1]);
    *fields.last_mut().unwrap() = der(0xa3, &der(0x30, &many));
    der(
        0x30,
        &[der(0x30, &fields.concat()), algorithm.to_vec(), signature.to_vec()].concat(),
    )
}

#[test]
fn ten_large_certificates_beside_a_good_signature_cost_no_signature_check() {
    let [kind, wrapper] = children(GOOD).try_into().unwrap();
    let [signed] = children(wrapper).try_into().unwrap();
    let [version, digests, content, certificates, signers] = children(signed).try_into().unwrap();
    let with = |count: usize| {
        let all: Vec<u8> = [children(certificates).concat(), large_certificate().repeat(count)].concat();
        let fields = [version, digests, content, &der(0xa0, &all), signers].concat();
        der(0x30, &[kind, &der(0xa0, &der(0x30, &fields))].concat())
    };
    let verifier = EdsVerifier::new(&Imitation::kept().settings(false)).unwrap();
    let judged = |count| work(|| verifier.verify(&base64(&with(count)), CHALLENGE, NOW));
    assert!(with(9).len() > limits::CMS * 9 / 10, "{}", with(9).len());
    let (outcome, work) = judged(9);
    assert!(outcome.is_ok());
    assert_eq!(work.signatures, 2);
    assert!(work.elements < limits::CMS, "{work:?}");
    let (outcome, work) = judged(10);
    assert!(matches!(outcome, Err(EdsRefusal::Format(_))), "eleven certificates");
    assert_eq!(work.signatures, 0);
}

#[test]
fn a_key_of_the_largest_size_is_the_largest_that_is_checked() {
    // The most expensive keys that a signature may bring, before anything is known of the certificate.
    use super::super::rsa;
    let key = |octets: usize| {
        let modulus = [vec![0], vec![0xff; octets]].concat();
        der(0x30, &[der(0x02, &modulus), der(0x02, &[1, 0, 1])].concat())
    };
    assert!(rsa::is_acceptable_key(&key(limits::RSA_MAX_BITS / 8)));
    assert!(!rsa::is_acceptable_key(&key(limits::RSA_MAX_BITS / 8 + 1)));
}
