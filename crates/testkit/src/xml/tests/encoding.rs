//! How a document is written: what is left out of XML, white space, base64, size.

use super::*;

#[test]
fn what_is_left_out_of_xml_is_refused() {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    let bomb = "<!DOCTYPE challenge [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let external = "<!DOCTYPE challenge SYSTEM \"file:///etc/hostname\">";
    for (text, why) in [
        (format!("{bomb}{signed}"), "entity expansion"),
        (format!("{external}{signed}"), "an external subset"),
        (signed.replacen("AAAA", "&b;", 1), "an entity of its own"),
        (signed.replacen("AAAA", "AA<!-- x -->AA", 1), "a comment"),
        (signed.replacen("AAAA", "<![CDATA[AAAA]]>", 1), "a CDATA section"),
        (signed.replacen("AAAA", "AA<?x y?>AA", 1), "a processing instruction"),
        (format!("<!-- x -->{signed}"), "a comment before"),
        (format!("{signed}<!-- x -->"), "a comment after"),
        (format!("<?xml-stylesheet href=\"x\"?>{signed}"), "a style sheet"),
        (
            signed.replacen("<ds:DigestMethod", "<!-- x --><ds:DigestMethod", 1),
            "a comment in SignedInfo",
        ),
        (
            signed.replacen("<ds:KeyInfo>", "<ds:KeyInfo><?x?>", 1),
            "an instruction in KeyInfo",
        ),
    ] {
        assert_eq!(judge(&text).err(), refused(XmlFault::Forbidden), "{why}");
    }
}

#[test]
fn white_space_in_signed_info_is_signed() {
    for (from, to) in [
        ("<ds:SignedInfo>", "<ds:SignedInfo>\n"),
        ("<ds:Transforms>", "<ds:Transforms> "),
        ("</ds:DigestValue>", "\n</ds:DigestValue>"),
        ("</ds:Reference>", "&#13;</ds:Reference>"),
    ] {
        assert_eq!(replaced(from, to), Some(EdsRefusal::Signature), "{to}");
    }
    for (from, to) in [
        ("<ds:SignatureValue>", "<ds:SignatureValue>\n "),
        ("<ds:KeyInfo>", "&#13;\n<ds:KeyInfo>"),
        ("</ds:X509Certificate>", "\t</ds:X509Certificate>"),
        ("<ds:SignatureMethod Algorithm=", "<ds:SignatureMethod\n Algorithm = "),
    ] {
        assert_eq!(replaced(from, to), None, "{to}");
    }
    let santuario = honest(XmlLayout::Santuario).sign().unwrap();
    let without_returns = santuario.replace("&#13;", "");
    assert_eq!(
        judge(&without_returns).err(),
        None,
        "the digest of RSA is one line, so no return is signed"
    );
}

#[test]
fn only_strict_base64_is_decoded() {
    for (from, to, why) in [
        ("<ds:SignatureValue>", "<ds:SignatureValue>*", "a foreign character"),
        (
            "</ds:SignatureValue>",
            "====</ds:SignatureValue>",
            "padding in the middle",
        ),
        ("</ds:DigestValue>", "A</ds:DigestValue>", "a length that cannot be"),
        (
            "<ds:X509Certificate>",
            "<ds:X509Certificate>-----BEGIN CERTIFICATE-----",
            "armour",
        ),
        ("<ds:SignatureValue>", "<ds:SignatureValue><x/>", "an element"),
    ] {
        assert_eq!(replaced(from, to), refused(XmlFault::NotBase64), "{why}");
    }
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    let (before, rest) = signed.split_once("<ds:SignatureValue>").unwrap();
    let (_, after) = rest.split_once("</ds:SignatureValue>").unwrap();
    let without = format!("{before}<ds:SignatureValue></ds:SignatureValue>{after}");
    assert_eq!(judge(&without).err(), refused(XmlFault::NotBase64), "nothing");
    let another = format!(
        "{before}<ds:SignatureValue>{}</ds:SignatureValue>{after}",
        STANDARD.encode([7; 256])
    );
    assert_eq!(judge(&another).err(), Some(EdsRefusal::Signature));
}

#[test]
fn what_costs_too_much_is_refused() {
    let deep = "<x>".repeat(20_000) + &"</x>".repeat(5);
    assert_eq!(judge(&deep[..60_000]).err(), refused(XmlFault::TooComplex), "levels");
    let wide = format!("<challenge>{}</challenge>", "<x/>".repeat(65));
    assert_eq!(judge(&wide).err(), refused(XmlFault::TooComplex), "elements");
    let attributes: Vec<String> = (0..9).map(|n| format!(" a{n}=\"\"")).collect();
    assert_eq!(
        judge(&format!("<x{}/>", attributes.concat())).err(),
        refused(XmlFault::TooComplex),
        "attributes"
    );
    let long = format!("<x>{}</x>", " ".repeat(64 * 1024));
    assert_eq!(judge(&long).err(), Some(EdsRefusal::Format(FormatFault::TooLong)));
}
