//! `kiru demo`.

use clap::Args;

use crate::cli::Failure;

/// Arguments of `kiru demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {}

/// Runs the demo.
///
/// # Errors
/// Later.
pub async fn run(_: DemoArguments) -> Result<(), Failure> {
    Ok(())
}
