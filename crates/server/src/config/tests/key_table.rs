//! The table of keys: what is read, printed and documented is one.

use serde::de::DeserializeOwned;

use super::*;

#[test]
fn what_is_printed_reads_back_and_holds_no_secret() {
    let config = load(PRODUCTION, &[("KIRU_SESSIONS__IDLE", "90s")]).unwrap();
    let printed = config.print();
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("url = \"postgres://REDACTED@db/kiru\""), "{printed}");
    assert_eq!(load(&printed, &[]).unwrap().print(), printed);
    assert!(!format!("{config:?}").contains("hunter2"));
    let variable = load(
        &PRODUCTION.replace("kek_file = \"kek\"", ""),
        &[("KIRU_SECRETS__KEK", "c2VjcmV0")],
    )
    .unwrap();
    assert!(!variable.print().contains("c2VjcmV0") && !format!("{variable:?}").contains("c2VjcmV0"));
}

#[test]
fn every_key_is_printed_under_its_name() {
    // A known centre is named instead of files.
    let text = PRODUCTION.replace("anchors = [\"root.pem\"]", "profile = \"nca-rk\"");
    let printed = load(
        &text,
        &[
            ("KIRU_LISTEN__TLS_CERTIFICATE", "c"),
            ("KIRU_LISTEN__TLS_KEY", "k"),
            ("KIRU_PLACES__DATABASE", "p"),
            ("KIRU_OPERATOR__KEY_FINE", "5000"),
            ("KIRU_EGOV_MOBILE__BIN", "180140000028"),
        ],
    )
    .unwrap()
    .print();
    for section in keys::SECTIONS {
        for key in section.keys.iter().filter(|key| key.name != "kek") {
            assert!(
                printed.contains(&format!("\n{} = ", key.name)),
                "{}.{}",
                section.name,
                key.name
            );
        }
    }
}

#[test]
fn the_table_of_keys_is_what_the_sections_read() {
    fn same<T: DeserializeOwned>(section: &str) {
        let table = HashMapOf::one("no_such_key");
        let error = table.try_deserialize::<T>().err().unwrap().to_string();
        let read: Vec<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        let known: Vec<_> = keys::names(section).unwrap().into_iter().map(str::to_owned).collect();
        assert!(
            read.starts_with(&known),
            "[{section}] reads {read:?}, the table says {known:?}"
        );
        assert!(
            read.len() <= known.len() + 1,
            "[{section}] reads {read:?}, the table says {known:?}"
        );
    }
    same::<deployment::Raw>("deployment");
    same::<operator::Raw>("operator");
    same::<listen::Raw>("listen");
    same::<database::Raw>("database");
    same::<secrets::Raw>("secrets");
    same::<eds::Raw>("eds");
    same::<egov_mobile::Raw>("egov_mobile");
    same::<sms::Raw>("sms");
    same::<sessions::Raw>("sessions");
    same::<tokens::Raw>("tokens");
    same::<log::Raw>("log");
    same::<outbound::Raw>("outbound");
    same::<places::Raw>("places");
}

/// `docs/CONFIG.md` is prose and then exactly what the table of keys says. The sandbox words need the feature.
#[cfg(feature = "demo")]
#[test]
fn the_configuration_document_says_what_the_code_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONFIG.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let generated = documentation();
    if std::env::var_os("KIRU_TEST_WRITE_DOCS").is_some() {
        let prose = written.split("<!-- keys -->").next().unwrap_or_default();
        std::fs::write(&path, format!("{prose}<!-- keys -->\n\n{generated}")).unwrap();
        return;
    }
    assert!(
        written.ends_with(&generated),
        "docs/CONFIG.md is stale: run this test with KIRU_TEST_WRITE_DOCS=1"
    );
}
