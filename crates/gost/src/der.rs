//! The little DER that keys need: definite lengths in their shortest form, one-octet tags.

/// Universal tags and the two context tags that occur.
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `attributes [0]` of PKCS#8.
pub(crate) const ATTRIBUTES: u8 = 0xA0;

/// Reads one element after another from a slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Self {
        Self(der)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The contents of the next element, when it has this tag and is well-formed.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (head, after_tag) = self.0.split_first()?;
        let (first, after_first) = after_tag.split_first()?;
        let (length, body) = match first {
            0..=0x7F => (usize::from(*first), after_first),
            0x81 => {
                let (length, body) = after_first.split_first()?;
                (
                    usize::from(*length).checked_sub(0x80).map(|_| usize::from(*length))?,
                    body,
                )
            }
            0x82 => {
                let (length, body) = after_first.split_first_chunk::<2>()?;
                let length = usize::from(u16::from_be_bytes(*length));
                ((length > 0xFF).then_some(length)?, body)
            }
            _ => return None,
        };
        let (contents, rest) = body.split_at_checked(length)?;
        (*head == tag).then(|| {
            self.0 = rest;
            contents
        })
    }
}

/// The contents of the only element of `der`, when it has this tag and nothing follows.
pub(crate) fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let mut reader = Reader::new(der);
    let contents = reader.take(tag)?;
    reader.is_empty().then_some(contents)
}

/// One element around its contents, which are shorter than 64 KiB.
pub(crate) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let [.., high, low] = contents.len().to_be_bytes();
    let mut der = vec![tag];
    match (high, low) {
        (0, 0..=0x7F) => der.push(low),
        (0, _) => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
    der.extend_from_slice(contents);
    der
}
