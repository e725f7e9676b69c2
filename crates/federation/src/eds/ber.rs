//! A bounded reader of ASN.1 encodings (X.690), strict for DER and forgiving where CMS producers need it.
//!
//! A decoder that builds values would not do here: what is hashed and compared are the *received* octets, so the reader
//! only hands out slices of its input. It reads low tag numbers only; X.509 and CMS use no others.

use std::borrow::Cow;

use super::limits;

/// The bytes are not the encoding that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the encoding is malformed")]
pub(crate) struct Malformed;

/// Which encodings are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// The envelope of CMS: indefinite lengths and OCTET STRINGs in pieces are allowed (X.690 §8.1.3.6, §8.7.3).
    Ber,
    /// Everything that is signed: one encoding only (X.690 §10).
    Der,
}

pub(crate) mod tag {
    //! The identifier octets that X.509 and CMS need.
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OCTET_STRING_PIECES: u8 = 0x24;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[0]`, constructed.
    pub(crate) const CONTEXT_0: u8 = 0xa0;
    /// `[1]`, constructed.
    pub(crate) const CONTEXT_1: u8 = 0xa1;
    /// `[2]`, constructed.
    pub(crate) const CONTEXT_2: u8 = 0xa2;
    /// `[3]`, constructed.
    pub(crate) const CONTEXT_3: u8 = 0xa3;
    /// `[4]`, constructed.
    pub(crate) const CONTEXT_4: u8 = 0xa4;
    /// `[0]`, primitive.
    pub(crate) const CONTEXT_0_PRIMITIVE: u8 = 0x80;
    /// `[2]`, primitive.
    pub(crate) const CONTEXT_2_PRIMITIVE: u8 = 0x82;
    /// The bit that says "built of other elements".
    pub(crate) const CONSTRUCTED: u8 = 0x20;
}

/// One element: identifier, content, and both with the length between them as received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) raw: &'a [u8],
    pub(crate) content: &'a [u8],
}

/// A cursor over the elements of one level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self {
            rest: bytes,
            rules,
            depth: 0,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The identifier of the next element, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let (element, rest) = split(self.rest, self.rules, self.depth)?;
        self.rest = rest;
        Ok(element)
    }

    /// The next element, which must have this identifier.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        self.optional(tag)?.ok_or(Malformed)
    }

    /// The next element when it has this identifier.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The elements inside the next element, which must have this identifier.
    pub(crate) fn enter(&mut self, tag: u8) -> Result<Self, Malformed> {
        let element = self.expect(tag)?;
        self.inside(element)
    }

    /// A cursor over the content of an element of this level.
    pub(crate) fn inside(&self, element: Element<'a>) -> Result<Self, Malformed> {
        let depth = self.depth.saturating_add(1);
        if depth > limits::DEPTH {
            return Err(Malformed);
        }
        Ok(Self {
            rest: element.content,
            rules: self.rules,
            depth,
        })
    }

    /// Nothing may follow.
    pub(crate) const fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    /// The content octets of an OBJECT IDENTIFIER.
    pub(crate) fn oid(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::OID).map(|element| element.content)
    }

    /// The content octets of an INTEGER: two's complement, most significant first.
    pub(crate) fn integer(&mut self) -> Result<&'a [u8], Malformed> {
        self.expect(tag::INTEGER).map(|element| element.content)
    }

    /// An INTEGER between 0 and 127, as versions are.
    pub(crate) fn small_integer(&mut self) -> Result<u8, Malformed> {
        match self.integer()? {
            [n] if *n < 0x80 => Ok(*n),
            _ => Err(Malformed),
        }
    }

    /// An OCTET STRING; its pieces are joined when the rules allow pieces.
    pub(crate) fn octets(&mut self) -> Result<Cow<'a, [u8]>, Malformed> {
        let element = self.any()?;
        match element.tag {
            tag::OCTET_STRING => Ok(Cow::Borrowed(element.content)),
            tag::OCTET_STRING_PIECES => {
                let mut joined = Vec::new();
                self.inside(element)?.join(&mut joined)?;
                Ok(Cow::Owned(joined))
            }
            _ => Err(Malformed),
        }
    }

    /// The octets of a BIT STRING without unused bits, as keys and signatures are.
    pub(crate) fn whole_bits(&mut self) -> Result<&'a [u8], Malformed> {
        match self.expect(tag::BIT_STRING)?.content {
            [0, octets @ ..] => Ok(octets),
            _ => Err(Malformed),
        }
    }

    fn join(mut self, joined: &mut Vec<u8>) -> Result<(), Malformed> {
        while !self.is_empty() {
            let element = self.any()?;
            match element.tag {
                tag::OCTET_STRING => joined.extend_from_slice(element.content),
                tag::OCTET_STRING_PIECES => self.inside(element)?.join(joined)?,
                _ => return Err(Malformed),
            }
        }
        Ok(())
    }
}

/// Checks one element with everything inside it against the rules and the depth limit; nothing may follow it.
pub(crate) fn check(bytes: &[u8], rules: Rules) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes, rules);
    let element = reader.any()?;
    reader.finish()?;
    check_inside(reader, element)
}

fn check_inside(level: Reader<'_>, element: Element<'_>) -> Result<(), Malformed> {
    if element.tag & tag::CONSTRUCTED == 0 {
        return Ok(());
    }
    let mut children = level.inside(element)?;
    while !children.is_empty() {
        let child = children.any()?;
        check_inside(children, child)?;
    }
    Ok(())
}

/// Cuts the first element off.
fn split(bytes: &[u8], rules: Rules, depth: usize) -> Result<(Element<'_>, &[u8]), Malformed> {
    #[cfg(test)]
    count::ELEMENTS.set(count::ELEMENTS.get() + 1);
    if depth > limits::DEPTH {
        return Err(Malformed);
    }
    let (tag, length, body) = header(bytes, rules)?;
    let (content, rest) = match length {
        Some(length) => body.split_at_checked(length).ok_or(Malformed)?,
        None => until_end_of_contents(body, rules, depth)?,
    };
    if rules == Rules::Der && !is_der_primitive(tag, content) {
        return Err(Malformed);
    }
    let raw = bytes.get(..bytes.len().saturating_sub(rest.len())).ok_or(Malformed)?;
    Ok((Element { tag, raw, content }, rest))
}

/// Content of indefinite length: elements up to the end-of-contents octets (X.690 §8.1.5).
fn until_end_of_contents(body: &[u8], rules: Rules, depth: usize) -> Result<(&[u8], &[u8]), Malformed> {
    let mut rest = body;
    loop {
        if let [0, 0, after @ ..] = rest {
            let content = body.get(..body.len().saturating_sub(rest.len())).ok_or(Malformed)?;
            return Ok((content, after));
        }
        rest = split(rest, rules, depth.saturating_add(1))?.1;
    }
}

/// Identifier, length (`None` when indefinite) and what follows.
fn header(bytes: &[u8], rules: Rules) -> Result<(u8, Option<usize>, &[u8]), Malformed> {
    let (tag, rest) = bytes.split_first().ok_or(Malformed)?;
    if !is_readable_tag(*tag, rules) {
        return Err(Malformed);
    }
    let (first, rest) = rest.split_first().ok_or(Malformed)?;
    match *first {
        0x80 if rules == Rules::Ber && tag & tag::CONSTRUCTED != 0 => Ok((*tag, None, rest)),
        short @ 0..=0x7f => Ok((*tag, Some(usize::from(short)), rest)),
        // Four octets of length are more than any limit here.
        long @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f)).ok_or(Malformed)?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            let minimal = digits.first() != Some(&0) && length > 0x7f;
            if rules == Rules::Der && !minimal {
                Err(Malformed)
            } else {
                Ok((*tag, Some(length), rest))
            }
        }
        _ => Err(Malformed),
    }
}

/// SEQUENCE and SET are constructed, all other universal types primitive, except for an OCTET STRING in pieces in BER.
fn is_readable_tag(identifier: u8, rules: Rules) -> bool {
    let universal = identifier & 0xc0 == 0;
    let number = identifier & 0x1f;
    let constructed = identifier & tag::CONSTRUCTED != 0;
    match (universal, number) {
        (_, 0x1f) | (true, 0) => false,
        (true, 16 | 17) => constructed,
        (true, 4) => !constructed || rules == Rules::Ber,
        (true, _) => !constructed,
        (false, _) => true,
    }
}

/// The forms of primitive values that DER narrows down (X.690 §8.3.2, §8.8, §8.19, §11.1).
fn is_der_primitive(identifier: u8, content: &[u8]) -> bool {
    match identifier {
        tag::BOOLEAN => matches!(content, [0 | 0xff]),
        tag::INTEGER | tag::ENUMERATED => match content {
            [] => false,
            [_] => true,
            [first, second, ..] => !matches!((first, second & 0x80), (0, 0) | (0xff, 0x80)),
        },
        tag::NULL => content.is_empty(),
        tag::OID => {
            content.last().is_some_and(|last| last & 0x80 == 0)
                && content.first() != Some(&0x80)
                && !content
                    .windows(2)
                    .any(|pair| matches!(pair, [before, 0x80] if before & 0x80 == 0))
        }
        tag::BIT_STRING => match content {
            [] => false,
            [unused] => *unused == 0,
            [unused, .., last] => *unused < 8 && last.trailing_zeros() >= u32::from(*unused),
        },
        _ => true,
    }
}

#[cfg(test)]
pub(crate) mod count {
    //! How many elements were cut off in this thread.
    use std::cell::Cell;

    thread_local! {
        pub(crate) static ELEMENTS: Cell<usize> = const { Cell::new(0) };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn der_has_one_encoding() {
        for (bytes, why) in [
            (&[0x30, 0x80, 0, 0][..], "indefinite length"),
            (&[0x30, 0x81, 0], "long form of a short length"),
            (&[0x04, 0x82, 0, 0x80], "leading zero in a length"),
            (&[0x24, 0x02, 0x04, 0x00], "OCTET STRING in pieces"),
            (&[0x01, 0x01, 0x01], "TRUE other than FF"),
            (&[0x02, 0x02, 0x00, 0x01], "INTEGER with a leading zero"),
            (&[0x02, 0x00], "INTEGER without content"),
            (&[0x05, 0x01, 0x00], "NULL with content"),
            (&[0x06, 0x02, 0x80, 0x01], "OBJECT IDENTIFIER with padding"),
            (&[0x06, 0x01, 0x81], "OBJECT IDENTIFIER that does not end"),
            (&[0x03, 0x02, 0x01, 0x01], "BIT STRING with unused bits set"),
            (&[0x10, 0x00], "primitive SEQUENCE"),
            (&[0x3f, 0x1f, 0x00], "high tag number"),
            (&[0x30, 0x01], "truncated"),
            (&[0x30, 0x00, 0x00], "something follows"),
            (&[], "nothing"),
        ] {
            assert_eq!(check(bytes, Rules::Der), Err(Malformed), "{why}");
        }
        assert_eq!(check(&[0x30, 0x03, 0x02, 0x01, 0x7f], Rules::Der), Ok(()));
    }

    #[test]
    fn pieces_are_joined_in_the_envelope_only() {
        let pieces = [0x24, 0x80, 0x04, 0x01, b'a', 0x24, 0x03, 0x04, 0x01, b'b', 0x00, 0x00];
        assert_eq!(Reader::new(&pieces, Rules::Ber).octets().unwrap().as_ref(), b"ab");
        assert!(Reader::new(&pieces, Rules::Der).octets().is_err());
        let other_inside = [0x24, 0x03, 0x0c, 0x01, b'a'];
        assert!(Reader::new(&other_inside, Rules::Ber).octets().is_err());
    }

    #[test]
    fn nesting_is_bounded_in_both_forms() {
        let nested = |levels: usize| {
            (0..levels).fold(Vec::new(), |inner, _| {
                [vec![0x30, u8::try_from(inner.len()).unwrap()], inner].concat()
            })
        };
        assert_eq!(check(&nested(limits::DEPTH), Rules::Der), Ok(()));
        assert_eq!(check(&nested(limits::DEPTH + 1), Rules::Der), Err(Malformed));
        let endless = [0x30, 0x80].repeat(20_000);
        assert_eq!(check(&endless, Rules::Ber), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let der = check(&bytes, Rules::Der);
            let ber = check(&bytes, Rules::Ber);
            prop_assert!(der.is_err() || ber.is_ok(), "DER is a subset of BER");
        }
    }
}
