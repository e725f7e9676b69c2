//! `kiru config check|print`.

use clap::Subcommand;

use super::{ConfigFile, Failure, say};
use crate::material::Material;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Read and check everything that `serve` needs, files included.
    Check(ConfigFile),
    /// Print what is in effect, defaults included, without secrets.
    Print(ConfigFile),
}

pub(super) fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Check(file) => {
            let config = file.load()?;
            Material::read(&config)?;
            say(format_args!("{}: fine", file.config.display()));
        }
        Verb::Print(file) => say(file.load()?.print().trim_end()),
    }
    Ok(())
}
