//! AlgorithmIdentifiers (RFC 5280 §4.1.1.2), compared octet by octet: what was not listed beforehand is unknown, whatever its
//! parameters mean.

use super::ber::{Malformed, Reader, tag};

/// The contents of an AlgorithmIdentifier's SEQUENCE as received: the object identifier and the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Algorithm(Vec<u8>);

impl Algorithm {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let sequence = reader.expect(tag::SEQUENCE)?;
        reader.inside(sequence)?.oid()?;
        Ok(Self(sequence.content.to_vec()))
    }

    /// The form that the crates `gost` and `webpki` compare too.
    pub(crate) fn identifier(&self) -> &[u8] {
        &self.0
    }

    /// The object identifier of the other one, its own parameters NULL or absent.
    pub(crate) fn is_bare_as(&self, other: &Self) -> bool {
        match other.0.as_slice() {
            [tag::OID, length, rest @ ..] => rest.get(..usize::from(*length)).is_some_and(|oid| self.is_bare(oid)),
            _ => false,
        }
    }

    /// This object identifier, its parameters NULL or absent: both are written for digests and signatures (RFC 5754 §2).
    pub(crate) fn is_bare(&self, oid: &[u8]) -> bool {
        matches!(self.parameters_after(oid), Some([] | [tag::NULL, 0]))
    }

    /// Whether both fields of a signed object name one algorithm (RFC 5280 §4.1.1.2, §5.1.1.2). The centre's lists of 2026
    /// leave the parameters out in the one and write NULL in the other: that is the same algorithm.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        self == other || self.bare() == other.bare() && self.bare().is_some()
    }

    /// The encoded object identifier, when the parameters are NULL or absent.
    fn bare(&self) -> Option<&[u8]> {
        let length = usize::from(*self.0.get(1)?).saturating_add(2);
        let (oid, parameters) = self.0.split_at_checked(length)?;
        matches!(parameters, [] | [tag::NULL, 0]).then_some(oid)
    }

    fn parameters_after(&self, oid: &[u8]) -> Option<&[u8]> {
        match self.0.as_slice() {
            [tag::OID, length, rest @ ..] if usize::from(*length) == oid.len() => rest.strip_prefix(oid),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ber::Rules;
    use super::super::oid;
    use super::*;

    #[test]
    fn absent_and_null_parameters_name_one_algorithm_and_others_do_not() {
        let [absent, null, empty, other] = [
            &[0x06, 0x01, 0x2a][..],
            &[0x06, 0x01, 0x2a, 0x05, 0x00],
            &[0x06, 0x01, 0x2a, 0x30, 0x00],
            &[0x06, 0x01, 0x2b, 0x05, 0x00],
        ]
        .map(|identifier| Algorithm(identifier.to_vec()));
        assert!(absent.is_same_as(&null) && null.is_same_as(&absent) && empty.is_same_as(&empty));
        assert!(!empty.is_same_as(&null) && !empty.is_same_as(&absent) && !other.is_same_as(&null));
    }

    #[test]
    fn parameters_other_than_null_make_an_algorithm_unknown() {
        let read = |der: &[u8]| Algorithm::read(&mut Reader::new(der, Rules::Der)).unwrap();
        let sha256 = [&[0x06, 0x09][..], oid::SHA256].concat();
        let with = |parameters: &[u8]| {
            let inside = [&sha256, parameters].concat();
            [&[tag::SEQUENCE, u8::try_from(inside.len()).unwrap()][..], &inside].concat()
        };
        for (parameters, bare) in [
            (&[][..], true),
            (&[0x05, 0x00], true),
            (&[0x30, 0x00], false),
            (&[0x05, 0x00, 0x05, 0x00], false),
        ] {
            let algorithm = read(&with(parameters));
            assert_eq!(algorithm.is_bare(oid::SHA256), bare, "{parameters:?}");
            assert!(!algorithm.is_bare(oid::SHA384) && !algorithm.is_bare(&oid::SHA256[..8]));
        }
    }
}
