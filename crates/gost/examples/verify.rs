//! Verifies a raw signature over a file: `verify PUBLIC_KEY MESSAGE SIGNATURE`.
//!
//! The key is a `SubjectPublicKeyInfo` in DER or PEM; its suite decides about hash function and byte order. Exits with 0 when
//! the signature is good, with 1 when it is not, with 2 when something cannot be read.

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gost::PublicKey;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [key, message, signature] = arguments.as_slice() else {
        return Err("usage: verify PUBLIC_KEY MESSAGE SIGNATURE".into());
    };
    let key = PublicKey::from_spki_der(&der(fs::read(key)?)?)?;
    let verdict = key.verify(&fs::read(message)?, &fs::read(signature)?);
    println!("{}, curve {}", key.suite(), key.algorithm().curve());
    Ok(match verdict {
        Ok(()) => {
            println!("good signature");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            println!("no good signature: {reason}");
            ExitCode::FAILURE
        }
    })
}

/// The DER inside PEM, or the octets as they are.
fn der(octets: Vec<u8>) -> Result<Vec<u8>, Box<dyn Error>> {
    match str::from_utf8(&octets) {
        Ok(pem) if pem.starts_with("-----BEGIN ") => {
            let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
            Ok(STANDARD.decode(lines)?)
        }
        _ => Ok(octets),
    }
}
