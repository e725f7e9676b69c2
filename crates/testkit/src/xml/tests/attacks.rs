use federation::eds::{AlgorithmFault, AttributeFault, ContentFault};

use super::*;

const XMLDSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

const OTHER_CONTENT: Option<EdsRefusal> = Some(EdsRefusal::Content(ContentFault::OtherContent));

#[test]
fn another_document_is_refused() {
    let other = document().replace("AAAA", "BBBB");
    assert_eq!(
        changed(|recipe| (recipe.document, recipe.digested) = (other.clone(), other.clone())),
        OTHER_CONTENT,
        "another nonce"
    );
    assert_eq!(
        changed(|recipe| recipe.document = other.clone()),
        OTHER_CONTENT,
        "another nonce is shown"
    );
    assert_eq!(
        changed(|recipe| recipe.digested = other.clone()),
        Some(EdsRefusal::Attributes(AttributeFault::OtherDigest)),
        "another nonce is digested"
    );
    for (from, to, why) in [
        (
            "<nonce>AAAA</nonce>",
            "<nonce>AAAA</nonce><nonce>AAAA</nonce>",
            "an element twice",
        ),
        ("<nonce>", "<nonce> ", "white space in a text"),
        ("<host>", "\n<host>", "white space between elements"),
        ("<host>", "<host a=\"1\">", "an attribute"),
        (
            "<host>",
            "<host xmlns=\"\">",
            "an empty namespace, which canonicalisation drops",
        ),
        ("<challenge>", "<challenge xmlns=\"urn:x\">", "a namespace of the root"),
        (
            "<challenge>",
            "<challenge xmlns:x=\"urn:x\">",
            "a namespace declared on the root",
        ),
        ("<challenge>", "<challenge Id=\"x\">", "an attribute of the root"),
        (
            "<challenge>",
            "<challenge xml:base=\"http://x/\">",
            "a base of the root",
        ),
        ("AAAA", "AAA&#xD;A", "a carriage return"),
    ] {
        assert_eq!(replaced(from, to), OTHER_CONTENT, "{why}");
    }
    let same = replaced("AAAA", "&#65;A&#x41;A");
    assert_eq!(same, None, "the same characters, written as references");
}

#[test]
fn a_signature_moved_elsewhere_is_refused() {
    let signature = honest(XmlLayout::Compact).signature().unwrap();
    let inside = document().replace("</challenge>", "");
    for (text, why) in [
        (
            format!("<challenge>{signature}{}", &document()["<challenge>".len()..]),
            "first child",
        ),
        (format!("{inside}{signature}<x/></challenge>"), "something after it"),
        (format!("{inside}{signature}\n</challenge>"), "white space after it"),
        (format!("{inside}<x>{signature}</x></challenge>"), "deeper"),
        (signature.clone(), "alone"),
        (document(), "none"),
        (format!("{inside}{signature}{signature}</challenge>"), "twice"),
        (
            format!("{inside}<x:Signature xmlns:x=\"{XMLDSIG}\"/>{signature}</challenge>"),
            "another before it",
        ),
    ] {
        assert_eq!(judge(&text).err(), refused(XmlFault::NotOneSignature), "{why}");
    }
}

#[test]
fn a_document_wrapped_around_or_beside_is_refused() {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    let signature = honest(XmlLayout::Compact).signature().unwrap();
    let evil = document().replace("AAAA", "EVIL").replace("</challenge>", "");
    assert_eq!(
        judge(&format!("<x>{signed}</x>")).err(),
        refused(XmlFault::NotOneSignature),
        "a new root"
    );
    assert_eq!(
        judge(&format!("{signed}{signed}")).err(),
        refused(XmlFault::NotXml),
        "two roots"
    );
    assert_eq!(judge(&format!("{evil}{signature}</challenge>")).err(), OTHER_CONTENT);
    assert_eq!(
        judge(&format!("{evil}{}{signature}</challenge>", document())).err(),
        OTHER_CONTENT,
        "the signed document moved into another of its kind"
    );
    let in_object = format!("<ds:Object>{}</ds:Object></ds:Signature>", document());
    assert_eq!(
        judge(&format!("{evil}{signature}</challenge>").replace("</ds:Signature>", &in_object)).err(),
        refused(XmlFault::Shape),
        "the signed document hidden in the signature"
    );
}

#[test]
fn a_signature_in_a_signature_is_refused() {
    let inner = honest(XmlLayout::Compact).signature().unwrap();
    assert_eq!(
        replaced("<ds:KeyInfo>", &format!("<ds:KeyInfo>{inner}")),
        refused(XmlFault::NotOneSignature)
    );
    assert_eq!(
        replaced("</ds:Signature>", "<Signature/></ds:Signature>"),
        refused(XmlFault::NotOneSignature),
        "under another prefix"
    );
}

#[test]
fn another_reference_is_refused() {
    for uri in ["#x", "#xpointer(/)", "http://id.example.kz/", " "] {
        assert_eq!(
            changed(|recipe| recipe.uri = uri.into()),
            refused(XmlFault::Reference),
            "{uri}"
        );
    }
    assert_eq!(
        changed(|recipe| recipe.references = 2),
        refused(XmlFault::Shape),
        "two references"
    );
    assert_eq!(
        changed(|recipe| recipe.references = 0),
        refused(XmlFault::Shape),
        "no reference"
    );
    for (from, to, why) in [
        ("<ds:Reference URI=\"\">", "<ds:Reference>", "no URI"),
        (
            "<ds:Reference URI=\"\">",
            "<ds:Reference Id=\"x\" URI=\"\">",
            "an identifier",
        ),
        (
            "<ds:Reference URI=\"\">",
            "<ds:Reference Type=\"x\" URI=\"\">",
            "a type",
        ),
        (
            "<ds:SignedInfo>",
            "<ds:SignedInfo Id=\"x\">",
            "an identifier of SignedInfo",
        ),
        ("</ds:Reference>", "</ds:Reference><ds:Manifest/>", "a manifest"),
    ] {
        assert_eq!(replaced(from, to), refused(XmlFault::Shape), "{why}");
    }
}

#[test]
fn other_transforms_are_refused() {
    const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    const WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
    for (transforms, fault) in [
        (vec![WITH_COMMENTS, ENVELOPED], XmlFault::Transform),
        (vec![ENVELOPED, CANONICAL_XML], XmlFault::Transform),
        (
            vec![ENVELOPED, "http://www.w3.org/2001/10/xml-exc-c14n#"],
            XmlFault::Transform,
        ),
        (
            vec![ENVELOPED, "http://www.w3.org/2006/12/xml-c14n11#WithComments"],
            XmlFault::Transform,
        ),
        (
            vec!["http://www.w3.org/TR/1999/REC-xpath-19991116", WITH_COMMENTS],
            XmlFault::Transform,
        ),
        (
            vec!["http://www.w3.org/TR/1999/REC-xslt-19991116", WITH_COMMENTS],
            XmlFault::Transform,
        ),
        (
            vec!["http://www.w3.org/2000/09/xmldsig#base64", WITH_COMMENTS],
            XmlFault::Transform,
        ),
        (vec![ENVELOPED, WITH_COMMENTS, WITH_COMMENTS], XmlFault::Shape),
        (vec![ENVELOPED], XmlFault::Shape),
        (vec![WITH_COMMENTS], XmlFault::Transform),
        (vec![], XmlFault::Shape),
    ] {
        let ours: Vec<String> = transforms.iter().map(|&one| one.into()).collect();
        assert_eq!(
            changed(|recipe| recipe.transforms = ours),
            refused(fault),
            "{transforms:?}"
        );
    }
    let xpath = "#enveloped-signature\"><ds:XPath>1=1</ds:XPath></ds:Transform>";
    assert_eq!(
        replaced("#enveloped-signature\"/>", xpath),
        refused(XmlFault::Shape),
        "parameters"
    );
    for method in [
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "",
    ] {
        assert_eq!(
            changed(|recipe| recipe.canonicalisation = method.into()),
            refused(XmlFault::Transform),
            "{method}"
        );
    }
}

#[test]
fn algorithms_of_no_suite_or_of_two_are_refused() {
    const GOST: &str = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:";
    const LEGACY: &str = "http://www.w3.org/2001/04/xmldsig-more#";
    let digest = |uri: &str| changed(|recipe| recipe.digest_method = uri.into());
    let signature = |uri: &str| changed(|recipe| recipe.signature_method = uri.into());
    for (found, fault, why) in [
        (digest(&format!("{XMLDSIG}sha1")), AlgorithmFault::Digest, "SHA-1"),
        (
            digest("http://www.w3.org/2001/04/xmlenc#sha512"),
            AlgorithmFault::Digest,
            "SHA-512",
        ),
        (
            digest(&format!("{GOST}gostr34112015-512")),
            AlgorithmFault::Signature,
            "a digest of another family",
        ),
        (
            digest(&format!("{GOST}gostr34112015-256")),
            AlgorithmFault::Digest,
            "a suite that is off",
        ),
        (
            digest(&format!("{LEGACY}gost34311")),
            AlgorithmFault::Digest,
            "a legacy suite",
        ),
        (digest(""), AlgorithmFault::Digest, "nothing"),
        (
            signature(&format!("{XMLDSIG}rsa-sha1")),
            AlgorithmFault::Signature,
            "RSA with SHA-1",
        ),
        (
            signature(&format!("{LEGACY}rsa-sha512")),
            AlgorithmFault::Signature,
            "RSA with SHA-512",
        ),
        (
            signature(&format!("{XMLDSIG}hmac-sha1")),
            AlgorithmFault::Signature,
            "no signature at all",
        ),
        (
            signature(&format!("{GOST}gostr34102015-gostr34112015-512")),
            AlgorithmFault::Signature,
            "another family",
        ),
    ] {
        assert_eq!(found, Some(EdsRefusal::Algorithm(fault)), "{why}");
    }
    let both = changed(|recipe| {
        recipe.digest_method = format!("{GOST}gostr34112015-512");
        recipe.signature_method = format!("{GOST}gostr34102015-gostr34112015-512");
    });
    assert_eq!(
        both,
        Some(EdsRefusal::Algorithm(AlgorithmFault::Key)),
        "a key of another family"
    );
}

#[test]
fn a_signature_method_with_parameters_is_refused() {
    let truncated = "rsa-sha256\"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>";
    assert_eq!(replaced("rsa-sha256\"/>", truncated), refused(XmlFault::Shape));
}

#[test]
fn not_exactly_one_certificate_is_refused() {
    let own = WORLD.certificate.clone();
    let two = changed(|recipe| recipe.certificates.push(own.clone()));
    assert_eq!(two, refused(XmlFault::KeyInfo), "two in one X509Data");
    assert_eq!(
        changed(|recipe| recipe.certificates.clear()),
        refused(XmlFault::KeyInfo),
        "none"
    );
    for (from, to, why) in [
        (
            "<ds:X509Data>",
            "<ds:X509Data></ds:X509Data><ds:X509Data>",
            "two X509Data",
        ),
        ("<ds:X509Data>", "<ds:KeyName>x</ds:KeyName><ds:X509Data>", "a name"),
        (
            "<ds:X509Data>",
            "<ds:RetrievalMethod URI=\"http://x/\"/><ds:X509Data>",
            "a retrieval method",
        ),
        (
            "</ds:X509Data>",
            "<ds:X509CRL>AA==</ds:X509CRL></ds:X509Data>",
            "a list",
        ),
        (
            "<ds:X509Certificate>",
            "<ds:X509SubjectName>x</ds:X509SubjectName><ds:X509Certificate>",
            "a subject",
        ),
    ] {
        assert_eq!(replaced(from, to), refused(XmlFault::KeyInfo), "{why}");
    }
    assert_eq!(
        changed(|recipe| recipe.certificates = vec![b"none".to_vec()]),
        Some(EdsRefusal::Format(FormatFault::BadCertificate))
    );
}

#[test]
fn other_prefixes_and_namespaces_are_refused() {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    for (text, why) in [
        (signed.replace("ds:", "dsig:"), "another prefix for all"),
        (
            signed.replace("xmlns:ds=", "xmlns=").replace("ds:", ""),
            "the default namespace",
        ),
        (signed.replacen(XMLDSIG, "urn:other", 1), "another namespace"),
        (
            signed.replacen("xmlns:ds=", "xmlns:x=\"urn:x\" xmlns:ds=", 1),
            "one more namespace",
        ),
        (
            signed.replacen("<ds:Signature ", "<ds:Signature Id=\"x\" ", 1),
            "an identifier",
        ),
        (
            signed.replacen(&format!(" xmlns:ds=\"{XMLDSIG}\""), "", 1),
            "no namespace",
        ),
        (
            signed.replacen("<ds:SignedInfo>", &format!("<ds:SignedInfo xmlns:ds=\"{XMLDSIG}\">"), 1),
            "declared again",
        ),
        (
            signed.replacen("<ds:SignedInfo>", "<ds:SignedInfo xmlns:ds=\"urn:other\">", 1),
            "declared as another",
        ),
        (
            signed.replacen("<ds:DigestMethod ", "<DigestMethod ", 1),
            "an element without it",
        ),
    ] {
        assert_eq!(judge(&text).err(), refused(XmlFault::Shape), "{why}");
    }
}
