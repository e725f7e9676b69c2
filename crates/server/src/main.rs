//! The program `kiru`; see `kiru --help`.

use std::process::ExitCode;

use clap::Parser as _;
use kiru::cli::{self, Cli};

fn main() -> ExitCode {
    // Before anything speaks TLS: the process has one crypto library. A second installation is the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = Cli::parse();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(arguments)),
        Err(_) => ExitCode::FAILURE,
    }
}
