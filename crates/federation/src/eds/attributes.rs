//! The signed attributes (RFC 5652 §5.3, §11; RFC 5035): they bind the challenge, and the certificate when it is named.

use authority::time::Timestamp;
use aws_lc_rs::digest;

use super::algorithm::Algorithm;
use super::ber::{self, Malformed, Reader, Rules, tag};
use super::certificate::Certificate;
use super::refusal::AttributeFault;
use super::{instant, oid};

/// Signed attributes in their one acceptable form.
pub(crate) struct SignedAttributes<'a> {
    /// What the signature is over: the received octets as a SET OF.
    pub(crate) message: Vec<u8>,
    attributes: Vec<(&'a [u8], Reader<'a>)>,
}

impl<'a> SignedAttributes<'a> {
    /// Reads the attributes as they lie in the SignerInfo, tagged `[0]`.
    pub(crate) fn parse(received: Option<&'a [u8]>) -> Result<Self, AttributeFault> {
        let received = received.ok_or(AttributeFault::Missing)?;
        ber::check(received, Rules::Der).map_err(|Malformed| AttributeFault::NotDer)?;
        let attributes = read_sorted(received)?;
        // RFC 5652 §5.4: the signature is over a SET OF tag in place of [0]; the octets are those received.
        let mut message = received.to_vec();
        if let Some(first) = message.first_mut() {
            *first = tag::SET;
        }
        Ok(Self { message, attributes })
    }

    /// The content is plain data and the digest is that of our own challenge (CE-2).
    pub(crate) fn bind(&self, challenge_digest: &[u8]) -> Result<(), AttributeFault> {
        let mut content_type = self.value(oid::CONTENT_TYPE)?.ok_or(AttributeFault::ContentType)?;
        if content_type.oid() != Ok(oid::DATA) {
            return Err(AttributeFault::ContentType);
        }
        let mut digest = self.value(oid::MESSAGE_DIGEST)?.ok_or(AttributeFault::NoDigest)?;
        match digest.expect(tag::OCTET_STRING) {
            Ok(element) if element.content == challenge_digest => Ok(()),
            Ok(_) | Err(Malformed) => Err(AttributeFault::OtherDigest),
        }
    }

    /// The signing-certificate attributes name this certificate (CE-4); `false` when there is none.
    pub(crate) fn name(&self, certificate: &Certificate) -> Result<bool, AttributeFault> {
        let mut is_named = false;
        for (kind, is_v2) in [(oid::SIGNING_CERTIFICATE, false), (oid::SIGNING_CERTIFICATE_V2, true)] {
            let Some(value) = self.value(kind)? else { continue };
            if !names(value, is_v2, certificate).unwrap_or(false) {
                return Err(AttributeFault::OtherCertificate);
            }
            is_named = true;
        }
        Ok(is_named)
    }

    /// The time that the signer's computer claims; recorded, never judged (CE-9).
    pub(crate) fn signing_time(&self) -> Option<Timestamp> {
        self.value(oid::SIGNING_TIME)
            .ok()
            .flatten()
            .and_then(|mut value| instant::read(&mut value).ok())
    }

    /// The only value of an attribute; the attribute itself cannot appear twice here.
    fn value(&self, kind: &[u8]) -> Result<Option<Reader<'a>>, AttributeFault> {
        let Some((_, values)) = self.attributes.iter().find(|(found, _)| *found == kind) else {
            return Ok(None);
        };
        let mut rest = *values;
        let is_one = rest.any().is_ok() && rest.is_empty();
        if is_one {
            Ok(Some(*values))
        } else {
            Err(AttributeFault::NotOnce)
        }
    }
}

/// The attributes, each kind once, in the order of a DER SET OF (X.690 §11.6).
fn read_sorted(received: &[u8]) -> Result<Vec<(&[u8], Reader<'_>)>, AttributeFault> {
    let not_der = |Malformed| AttributeFault::NotDer;
    let mut attributes: Vec<(&[u8], Reader<'_>)> = Vec::new();
    let mut previous: &[u8] = &[];
    let mut set = Reader::new(received, Rules::Der)
        .enter(tag::CONTEXT_0)
        .map_err(not_der)?;
    while !set.is_empty() {
        let element = set.expect(tag::SEQUENCE).map_err(not_der)?;
        // Elements of different length never are a prefix of one another, so comparing the octets is enough.
        if element.raw < previous {
            return Err(AttributeFault::NotDer);
        }
        previous = element.raw;
        let mut attribute = set.inside(element).map_err(not_der)?;
        let kind = attribute.oid().map_err(not_der)?;
        let values = attribute.enter(tag::SET).map_err(not_der)?;
        attribute.finish().map_err(not_der)?;
        if attributes.iter().any(|(seen, _)| *seen == kind) {
            return Err(AttributeFault::NotOnce);
        }
        attributes.push((kind, values));
    }
    Ok(attributes)
}

/// Whether the first ESSCertID(v2) is of this certificate (RFC 5035 §3–5: the first one names the signer's).
fn names(mut value: Reader<'_>, is_v2: bool, certificate: &Certificate) -> Result<bool, Malformed> {
    let mut signing_certificate = value.enter(tag::SEQUENCE)?;
    let mut list = signing_certificate.enter(tag::SEQUENCE)?;
    let mut id = list.enter(tag::SEQUENCE)?;
    let algorithm = match (is_v2, id.peek()) {
        (false, _) => &digest::SHA1_FOR_LEGACY_USE_ONLY, // RFC 5035 §5: version 1 always uses SHA-1
        (true, Some(tag::SEQUENCE)) => digest_algorithm(&mut id)?,
        (true, _) => &digest::SHA256, // the default
    };
    let hash = id.expect(tag::OCTET_STRING)?.content;
    let is_same = digest::digest(algorithm, &certificate.der).as_ref() == hash;
    let is_same_name = id.is_empty() || is_issuer_serial(&mut id, certificate)?;
    id.finish()?;
    // Further identifiers name authorities and policies, which are ours to choose; of another form they are nothing.
    while !list.is_empty() {
        list.expect(tag::SEQUENCE)?;
    }
    signing_certificate.optional(tag::SEQUENCE)?;
    signing_certificate.finish()?;
    Ok(is_same && is_same_name)
}

fn digest_algorithm(id: &mut Reader<'_>) -> Result<&'static digest::Algorithm, Malformed> {
    let algorithm = Algorithm::read(id)?;
    [
        (oid::SHA256, &digest::SHA256),
        (oid::SHA384, &digest::SHA384),
        (oid::SHA512, &digest::SHA512),
    ]
    .into_iter()
    .find_map(|(oid, digest)| algorithm.is_bare(oid).then_some(digest))
    .ok_or(Malformed)
}

/// IssuerSerial with one directoryName (RFC 5035 §5).
fn is_issuer_serial(id: &mut Reader<'_>, certificate: &Certificate) -> Result<bool, Malformed> {
    let mut issuer_serial = id.enter(tag::SEQUENCE)?;
    let mut names = issuer_serial.enter(tag::SEQUENCE)?;
    let issuer = names.expect(tag::CONTEXT_4)?.content;
    names.finish()?;
    let serial = issuer_serial.integer()?;
    issuer_serial.finish()?;
    Ok(issuer == certificate.issuer && serial == certificate.serial)
}
