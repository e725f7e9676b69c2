//! Signs a file: `sign PRIVATE_KEY MESSAGE SIGNATURE` writes the raw signature.
//!
//! The key is an unencrypted PKCS#8 `PrivateKeyInfo` in DER or PEM; its suite decides about hash function and byte order.

use std::env;
use std::error::Error;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gost::SigningKey;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [key, message, signature] = arguments.as_slice() else {
        return Err("usage: sign PRIVATE_KEY MESSAGE SIGNATURE".into());
    };
    let key = SigningKey::from_pkcs8_der(&der(fs::read(key)?)?)?;
    // A server would rather call `sign` with its source of chance.
    fs::write(signature, key.sign_deterministic(&fs::read(message)?))?;
    println!("{}, curve {}", key.suite(), key.algorithm().curve());
    Ok(())
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
