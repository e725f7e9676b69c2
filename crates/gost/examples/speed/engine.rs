//! The loop around OpenSSL's GOST engine: a small C program, compiled for this run.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, process};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gost::SigningKey;

use crate::Times;

/// A folder with the compiled program; it goes when this goes.
pub(crate) struct Engine {
    folder: PathBuf,
}

impl Engine {
    /// Compiles the program and asks it for the engine; says why when that fails.
    pub(crate) fn prepare() -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("gost-speed-{}", process::id()));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let engine = Self { folder };
        engine.compile()?;
        let answer = engine
            .program()
            .arg("engine")
            .output()
            .map_err(|error| error.to_string())?;
        if answer.status.success() {
            Ok(engine)
        } else {
            Err("it is not installed".to_owned())
        }
    }

    /// The engine's times with this key.
    pub(crate) fn measure(&self, key: &SigningKey, rounds: u32, operations: u32) -> Result<Times, Box<dyn Error>> {
        let path = self.folder.join("key.pem");
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(&*key.to_pkcs8_der())
        );
        fs::write(&path, pem)?;
        let output = self
            .program()
            .arg(&path)
            .args(
                [
                    key.algorithm().curve().scalar_len(),
                    rounds as usize,
                    operations as usize,
                ]
                .map(|n| n.to_string()),
            )
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let mut nanoseconds = text.split_whitespace().map(str::parse::<u64>);
        let mut next = || -> Result<Duration, Box<dyn Error>> {
            Ok(Duration::from_nanos(
                nanoseconds.next().ok_or("the engine gave no time")??,
            ))
        };
        Ok(Times {
            verify: next()?,
            sign: next()?,
        })
    }

    fn compile(&self) -> Result<(), String> {
        let write = |name: &str, text: &str| fs::write(self.folder.join(name), text).map_err(|error| error.to_string());
        write("engine.c", include_str!("engine.c"))?;
        write("openssl.cnf", include_str!("openssl.cnf"))?;
        let compiled = Command::new("cc")
            .current_dir(&self.folder)
            .args(["-O2", "-o", "engine", "engine.c", "-l:libcrypto.so.3"])
            .output()
            .map_err(|error| format!("no C compiler: {error}"))?;
        if compiled.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&compiled.stderr).into_owned())
        }
    }

    fn program(&self) -> Command {
        let in_folder = |name: &str| -> PathBuf { Path::new(&self.folder).join(name) };
        let mut program = Command::new(in_folder("engine"));
        program.env("OPENSSL_CONF", in_folder("openssl.cnf"));
        program
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.folder));
    }
}
