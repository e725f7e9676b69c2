//! Answers about certificates (OCSP).
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    federation::eds::properties::ocsp(bytes);
});
