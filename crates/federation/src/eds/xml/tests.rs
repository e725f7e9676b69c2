//! The reader, the canonical form and the document on their own.

use proptest::prelude::*;

use super::super::ber::{Reader, Rules};
use super::super::certificate::PublicKeyInfo;
use super::*;

fn canonical_form(text: &str) -> Result<String, XmlFault> {
    let text = reader::with_line_feeds(text);
    let root = reader::document(&text)?;
    Ok(String::from_utf8(canonical::of(&root, None)).unwrap())
}

#[test]
fn the_canonical_form_is_that_of_canonical_xml() {
    for (text, expected) in [
        ("<a/>", "<a></a>"),
        ("<a b='1'/>", "<a b=\"1\"></a>"),
        ("<a\n b = \"1\" ></a >", "<a b=\"1\"></a>"),
        ("<?xml version='1.0'?>\n<a/>\n", "<a></a>"),
        ("<a>\r\n\r</a>", "<a>\n\n</a>"),
        ("<a>&#13;&#10;&#x9;</a>", "<a>&#xD;\n\t</a>"),
        ("<a>\"&quot;'&apos;&lt;&gt;>&amp;</a>", "<a>\"\"''&lt;&gt;&gt;&amp;</a>"),
        (
            "<a b='\"&quot;&apos;&lt;&gt;>&amp;\n\t&#10;&#9;&#xD;'/>",
            "<a b=\"&quot;&quot;'&lt;>>&amp;  &#xA;&#x9;&#xD;\"></a>",
        ),
        ("<a>&#x416;&#1078;\u{10ffff}</a>", "<a>Жж\u{10ffff}</a>"),
        ("<x:a><b>1</b> <c/>2</x:a>", "<x:a><b>1</b> <c></c>2</x:a>"),
    ] {
        assert_eq!(canonical_form(text).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        " ",
        "a",
        "<a>",
        "<a></b>",
        "<a></A>",
        "<a/><a/>",
        "<a/>a",
        "<a",
        "<a b/>",
        "<a b=1/>",
        "<a b=\"1\"c=\"2\"/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b='1/>",
        "< a/>",
        "<a / >",
        "<1/>",
        "<-a/>",
        "<:a/>",
        "<a:/>",
        "<a:b:c/>",
        "<ж/>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#+1;</a>",
        "<a>&#0;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#000000065;</a>",
        "<a>&#65 ;</a>",
        "<a>]]></a>",
        "<a>\u{1}</a>",
        "<a>\u{ffff}</a>",
        "<a b='\u{0}'/>",
        "\u{feff}<a/>",
        "<a>\u{0}</a>",
        "</a>",
        "<a><b></a></b>",
        "<?xml version=\"1.1\"?><a/>",
        "<?xml encoding=\"utf-8\"?><a/>",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>",
        "<?xml version=\"1.0\" version=\"1.0\"?><a/>",
        "<?xml version=\"1.0\" standalone=\"maybe\"?><a/>",
        "<?xml version=\"1.0\" standalone=\"no\" encoding=\"utf-8\"?><a/>",
        "<?xml ?><a/>",
        "<?xml version=\"1.0\" x=\"\"?><a/>",
        "<?xml version=\"1.0\"<a/>",
    ] {
        assert_eq!(canonical_form(text), Err(XmlFault::NotXml), "{text:?}");
    }
}

#[test]
fn what_is_left_out_is_told_apart() {
    for text in [
        "<!DOCTYPE a><a/>",
        "<!-- --><a/>",
        "<a/><!-- -->",
        "<a><!-- --></a>",
        "<a><![CDATA[]]></a>",
        "<a><?b?></a>",
        "<?b?><a/>",
        "<a/><?b?>",
        "<a>&b;</a>",
        "<a>&nbsp;</a>",
        "<a b='&c;'/>",
        "<a>&#X41;</a>",
        "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><a/>",
        "<a><?xml version=\"1.0\"?></a>",
    ] {
        let found = canonical_form(text);
        let expected = if text.contains("&#X") {
            XmlFault::NotXml
        } else {
            XmlFault::Forbidden
        };
        assert_eq!(found, Err(expected), "{text:?}");
    }
}

#[test]
fn a_text_that_is_no_challenge_has_no_document() {
    for text in [
        "",
        "\n",
        "host\npurpose\n",
        "host\npurpose\nnonce=1",
        "host\npurpose\nnonce\n",
        "host\npurpose\n=1\n",
        "host\npurpose\nNonce=1\n",
        "host\npurpose\na b=1\n",
        "host\npurpose\nnonce=\r\n",
        "host\npurpose\nnonce=\u{fffe}\n",
        "host\npurpose\n\nnonce=1\n",
        "test123",
    ] {
        assert_eq!(document::of_challenge(text.as_bytes()), None, "{text:?}");
    }
    for document in [
        "<a b=\"1\"></a>",
        "<a><b:c/></a>",
        "<a xmlns=\"urn:x\"/>",
        "<a><!-- --></a>",
        "<a>",
    ] {
        assert_eq!(document::of_challenge(document.as_bytes()), None, "{document:?}");
    }
    assert_eq!(
        document::of_challenge(b"<a>\r\n<b/></a>"),
        Some(b"<a>\n<b></b></a>".to_vec())
    );
    assert_eq!(document::of_challenge(&[b'<', 0xff]), None);
}

#[test]
fn a_document_signed_by_the_centres_own_library_verifies() {
    let text = include_str!("../../../vectors/xml-kalkan/enveloped_gost512_santuario.xml");
    let mut root = reader::document(text).unwrap();
    let signature = take_signature(&mut root).unwrap();
    let signature = XmlSignature::read(&signature).unwrap();
    // The certificate is a throw-away without extensions, so its key is read alone.
    let key = signature.certificate.get(197..).unwrap();
    let key = PublicKeyInfo::read(&mut Reader::new(key, Rules::Der)).unwrap();
    let (method, digest_method) = (signature.method, signature.digest_method);
    let suite = algorithms::suite(Suites::default(), method, digest_method, &key).unwrap();
    assert_eq!(suite.name, "gost2015-512");
    assert_eq!(suite.digest(&canonical::of(&root, None)), signature.digest);
    assert!(suite.verifies(&key, &signature.signed_info, &signature.value));
    // The carriage return in its digest is signed: written otherwise, it is another SignedInfo.
    let without = text.replacen("&#13;", "", 1);
    let mut root = reader::document(&without).unwrap();
    let other = take_signature(&mut root).unwrap();
    let other = XmlSignature::read(&other).unwrap();
    assert_eq!(other.digest, signature.digest);
    assert!(!suite.verifies(&key, &other.signed_info, &other.value));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_canonical_form_reads_as_itself(text in "(<[ab](:[cd])?( [xy]='[&<\"a]{0,3}')?/?>|</[ab]>|[ \r\n\t&;#x1-9а]|&(amp|lt|#xD);){0,12}") {
        if let Ok(once) = canonical_form(&text) {
            prop_assert_eq!(canonical_form(&once), Ok(once.clone()));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = canonical_form(&text);
        let _ = canonical_form(&format!("<a b='{text}'>{text}</a>"));
    }

    #[test]
    fn a_text_is_its_documents_content(value in "[^\\p{C}\n]{0,60}") {
        let document = of_line(&value);
        prop_assert_eq!(canonical_form(&document), Ok(document.clone()));
        let root = reader::document(&document).unwrap();
        let Some(Node::Element(service)) = root.children.last() else { panic!("no element") };
        let expected = if value.is_empty() { vec![] } else { vec![Node::Text(value)] };
        prop_assert_eq!(&service.children, &expected);
    }
}

fn of_line(value: &str) -> String {
    document::of_text(&format!("host\npurpose\nservice={value}\n")).unwrap()
}
