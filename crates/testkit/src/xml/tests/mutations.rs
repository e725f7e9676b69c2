use super::*;

#[test]
fn a_document_cut_anywhere_is_refused() {
    for layout in [XmlLayout::Compact, XmlLayout::Santuario] {
        let signed = honest(layout).sign().unwrap();
        for length in (0..signed.len()).filter(|length| signed.is_char_boundary(*length)) {
            assert!(judge(&signed[..length]).is_err(), "{length}");
        }
    }
}

#[test]
fn a_document_with_a_changed_byte_is_never_another_persons_or_over_something_else() {
    let signed = honest(XmlLayout::Santuario).sign().unwrap();
    let mut unnoticed = 0;
    for position in 0..signed.len() {
        for change in [0x01, 0x02, 0x03, 0x20, 0x2a, 0x80, 0xff] {
            let mut bytes = signed.clone().into_bytes();
            bytes[position] ^= change;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            if let Ok(certificate) = who(judge(&text)) {
                assert_eq!(certificate, WORLD.certificate, "byte {position}");
                // White space outside SignedInfo may become other white space, also where it is written as &#13;.
                let written = &signed[position..=position];
                assert!(written.contains(['\n', ' ', '3']), "{written:?} counts");
                unnoticed += 1;
            }
        }
    }
    assert!(
        unnoticed > 0,
        "white space outside SignedInfo may become other white space"
    );
}
