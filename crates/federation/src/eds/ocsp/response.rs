//! What a responder sends (RFC 6960 §4.2), read once from strict DER.

use authority::time::Timestamp;

use super::super::algorithm::Algorithm;
use super::super::ber::{self, Element, Malformed, Reader, Rules, tag};
use super::super::certificate::Certificate;
use super::super::extensions::Extension;
use super::super::{instant, limits, oid};
use super::{CertId, OcspFault};

/// CRLReason certificateHold (RFC 5280 §5.3.1).
const CERTIFICATE_HOLD: u8 = 6;

/// An answer that parsed; nothing of it is believed.
pub(super) struct Response<'a> {
    pub(super) responder: ResponderId<'a>,
    pub(super) produced_at: Timestamp,
    pub(super) single: Single,
    /// The nonce, when there is one.
    pub(super) nonce: Option<Vec<u8>>,
    pub(super) has_unknown_critical: bool,
    pub(super) certificates: Vec<Certificate>,
    pub(super) signed: &'a [u8],
    pub(super) algorithm: Algorithm,
    pub(super) signature: &'a [u8],
}

/// Who answers.
pub(super) enum ResponderId<'a> {
    /// By distinguished name, DER.
    Name(&'a [u8]),
    /// By SHA-1 over the key.
    Key(&'a [u8]),
}

/// The answer about one certificate.
pub(super) struct Single {
    /// Which; `None` when it is hashed otherwise than the question.
    pub(super) id: Option<CertId>,
    pub(super) status: Status,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Option<Timestamp>,
}

/// certStatus.
#[derive(Clone, Copy)]
pub(super) enum Status {
    Good,
    Revoked { at: Timestamp, on_hold: bool },
    Unknown,
}

/// Reads a successful response.
pub(super) fn parse(der: &[u8]) -> Result<Response<'_>, OcspFault> {
    if der.len() > limits::OCSP {
        return Err(OcspFault::NotResponse);
    }
    ber::check(der, Rules::Der).map_err(|Malformed| OcspFault::NotResponse)?;
    let basic = open(der).map_err(|Malformed| OcspFault::NotResponse)??;
    ber::check(basic, Rules::Der).map_err(|Malformed| OcspFault::NotResponse)?;
    read_basic(basic).map_err(|Malformed| OcspFault::NotResponse)?
}

/// The BasicOCSPResponse inside, when the responder gives one.
fn open(der: &[u8]) -> Result<Result<&[u8], OcspFault>, Malformed> {
    let mut outer = Reader::new(der, Rules::Der).enter(tag::SEQUENCE)?;
    let status = outer.expect(tag::ENUMERATED)?.content;
    match status {
        [0] => {}
        [3] => return Ok(Err(OcspFault::TryLater)),
        _ => return Ok(Err(OcspFault::NoAnswer)),
    }
    let mut wrapper = outer.enter(tag::CONTEXT_0)?;
    outer.finish()?;
    let mut bytes = wrapper.enter(tag::SEQUENCE)?;
    wrapper.finish()?;
    if bytes.oid()? != oid::OCSP_BASIC {
        return Err(Malformed);
    }
    let basic = bytes.expect(tag::OCTET_STRING)?.content;
    bytes.finish()?;
    Ok(Ok(basic))
}

fn read_basic(basic: &[u8]) -> Result<Result<Response<'_>, OcspFault>, Malformed> {
    let mut outer = Reader::new(basic, Rules::Der).enter(tag::SEQUENCE)?;
    let signed = outer.expect(tag::SEQUENCE)?;
    let algorithm = Algorithm::read(&mut outer)?;
    let signature = outer.whole_bits()?;
    let certificates = match outer.optional(tag::CONTEXT_0)? {
        Some(wrapper) => read_certificates(outer.inside(wrapper)?)?,
        None => Vec::new(),
    };
    outer.finish()?;

    let mut data = outer.inside(signed)?;
    // The version has a default, which DER leaves out; there is no other.
    let responder = read_responder(&mut data)?;
    let produced_at = generalized(&mut data)?;
    let mut singles = data.enter(tag::SEQUENCE)?;
    let (single, critical) = read_single(&mut singles)?;
    let more = !singles.is_empty();
    let (nonce, unknown) = match data.optional(tag::CONTEXT_1)? {
        Some(wrapper) => read_extensions(data.inside(wrapper)?)?,
        None => (None, false),
    };
    data.finish()?;
    if more {
        return Ok(Err(OcspFault::OtherCertificate));
    }
    Ok(Ok(Response {
        responder,
        produced_at,
        single,
        nonce,
        has_unknown_critical: critical || unknown,
        certificates,
        signed: signed.raw,
        algorithm,
        signature,
    }))
}

fn read_certificates(mut wrapper: Reader<'_>) -> Result<Vec<Certificate>, Malformed> {
    let mut list = wrapper.enter(tag::SEQUENCE)?;
    wrapper.finish()?;
    let mut certificates = Vec::new();
    while !list.is_empty() {
        if certificates.len() == limits::CERTIFICATES {
            return Err(Malformed);
        }
        certificates.push(Certificate::parse(list.expect(tag::SEQUENCE)?.raw)?);
    }
    Ok(certificates)
}

fn read_responder<'a>(data: &mut Reader<'a>) -> Result<ResponderId<'a>, Malformed> {
    let element: Element<'a> = data.any()?;
    let mut inside = data.inside(element)?;
    let responder = match element.tag {
        tag::CONTEXT_1 => ResponderId::Name(inside.expect(tag::SEQUENCE)?.raw),
        tag::CONTEXT_2 => ResponderId::Key(inside.expect(tag::OCTET_STRING)?.content),
        _ => return Err(Malformed),
    };
    inside.finish()?;
    Ok(responder)
}

/// One SingleResponse, and whether it has a critical extension: we know none.
fn read_single(singles: &mut Reader<'_>) -> Result<(Single, bool), Malformed> {
    let mut inside = singles.enter(tag::SEQUENCE)?;
    let id = CertId::read(&mut inside)?;
    let status = read_status(&mut inside)?;
    let this_update = generalized(&mut inside)?;
    let next_update = match inside.optional(tag::CONTEXT_0)? {
        Some(wrapper) => {
            let mut wrapper = inside.inside(wrapper)?;
            let at = generalized(&mut wrapper)?;
            wrapper.finish()?;
            Some(at)
        }
        None => None,
    };
    let critical = match inside.optional(tag::CONTEXT_1)? {
        Some(wrapper) => read_extensions(inside.inside(wrapper)?)?.1,
        None => false,
    };
    inside.finish()?;
    Ok((
        Single {
            id,
            status,
            this_update,
            next_update,
        },
        critical,
    ))
}

fn read_status(inside: &mut Reader<'_>) -> Result<Status, Malformed> {
    let element = inside.any()?;
    match element.tag {
        tag::CONTEXT_0_PRIMITIVE if element.content.is_empty() => Ok(Status::Good),
        tag::CONTEXT_2_PRIMITIVE if element.content.is_empty() => Ok(Status::Unknown),
        tag::CONTEXT_1 => {
            let mut revoked = inside.inside(element)?;
            let at = generalized(&mut revoked)?;
            let mut on_hold = false;
            if let Some(wrapper) = revoked.optional(tag::CONTEXT_0)? {
                let mut wrapper = revoked.inside(wrapper)?;
                on_hold = wrapper.expect(tag::ENUMERATED)?.content == [CERTIFICATE_HOLD];
                wrapper.finish()?;
            }
            revoked.finish()?;
            Ok(Status::Revoked { at, on_hold })
        }
        _ => Err(Malformed),
    }
}

/// The nonce, and whether an extension is critical that we do not know. None appears twice.
fn read_extensions(mut wrapper: Reader<'_>) -> Result<(Option<Vec<u8>>, bool), Malformed> {
    let mut list = wrapper.enter(tag::SEQUENCE)?;
    wrapper.finish()?;
    let (mut seen, mut nonce, mut unknown) = (Vec::new(), None, false);
    while !list.is_empty() {
        let extension = Extension::read(&mut list)?;
        if seen.contains(&extension.kind) {
            return Err(Malformed);
        }
        seen.push(extension.kind);
        if extension.kind == oid::OCSP_NONCE {
            let mut value = Reader::new(extension.value, Rules::Der);
            nonce = Some(value.expect(tag::OCTET_STRING)?.content.to_vec());
            value.finish()?;
        } else {
            unknown |= extension.critical;
        }
    }
    Ok((nonce, unknown))
}

/// RFC 6960 §4.2.2.1: GeneralizedTime in whole seconds, and no other form.
fn generalized(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    if reader.peek() == Some(tag::GENERALIZED_TIME) {
        instant::read(reader)
    } else {
        Err(Malformed)
    }
}
