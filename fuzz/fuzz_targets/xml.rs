//! Signed documents; what is canonicalised is canonicalised the same by a complete implementation.
#![no_main]

use bergshamra_c14n::C14nMode;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for (document, form) in federation::eds::properties::xml(text) {
        let oracle = bergshamra_c14n::canonicalize(&document, C14nMode::Inclusive, None, &[] as &[&str]);
        match oracle {
            Ok(oracle) => assert_eq!(String::from_utf8(form), String::from_utf8(oracle), "{document:?}"),
            Err(error) => panic!("what is read here is XML: {error}: {document:?}"),
        }
    }
});
