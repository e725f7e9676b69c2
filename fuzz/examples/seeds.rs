//! Writes the vectors that every target starts from into `corpus/`.

use std::{fs, io};

use federation::eds::properties::{ANSWERS, CERTIFICATES, DOCUMENTS, LISTS, SIGNATURES};

fn main() -> io::Result<()> {
    for (target, vectors) in [
        ("cms", SIGNATURES),
        ("certificate", CERTIFICATES),
        ("crl", LISTS),
        ("ocsp", ANSWERS),
        ("xml", DOCUMENTS),
    ] {
        let folder = format!("{}/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(&folder)?;
        for (number, vector) in vectors.iter().enumerate() {
            fs::write(format!("{folder}/vector-{number}"), vector)?;
        }
    }
    Ok(())
}
