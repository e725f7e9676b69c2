//! Real server processes: signals, exit codes, restarts, two nodes on one database. The only tests that listen on ports:
//! a process cannot be killed in-process.
//!
//! | file | what |
//! |---|---|
//! | `deployment` | configuration, key, clients and people of a sandbox |
//! | `node` | one running process, and the ways to end it |
//! | `wire` | HTTP over a socket, as a `Router`, so that the harness's browser and clients reach the process |
//! | `registration_steps` | a person who registers devices at two processes |
//! | `minting` | people who sign in by the sandbox way, and codes that are not redeemed yet |
//! | the others | the tests |

pub(crate) mod deployment;
mod minting;
mod node;
mod wire;

mod commands;
mod diary;
mod eds;
mod exit_codes;
mod kill;
mod operators;
mod outage;
mod registration_rivals;
mod registration_steps;
mod registrations;
mod restart;
mod secrecy;
mod shutdown;
mod surface;
mod two_nodes;

use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use clap::Parser as _;
use tokio::time::Instant;

/// The variable that makes [`child`] a command: a JSON array of `kiru`'s arguments.
const COMMAND: &str = "KIRU_TEST_COMMAND";
/// The variable that says that somebody holds the other end of standard input for as long as the command may run.
const HELD: &str = "KIRU_TEST_HELD";
/// How long anything may take here before the test gives up. Far more than it takes: other tests want the processor too.
const DEADLINE: Duration = Duration::from_secs(90);
/// Between two looks at a condition.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// No test: run by the others as a process of its own, it is the program `kiru`, which this package cannot build.
#[test]
fn child() {
    let Ok(arguments) = std::env::var(COMMAND) else { return };
    let arguments: Vec<String> = serde_json::from_str(&arguments).unwrap();
    if std::env::var_os(HELD).is_some() {
        std::thread::spawn(end_with_the_test);
    }
    let cli = kiru::cli::Cli::try_parse_from(std::iter::once("kiru".to_owned()).chain(arguments)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let code = runtime.block_on(kiru::cli::run(cli));
    let code = (0..=u8::MAX).find(|number| ExitCode::from(*number) == code).unwrap();
    std::process::exit(code.into());
}

/// A server must not outlive a test that was killed: then nobody holds the other end of this any more.
fn end_with_the_test() {
    let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    std::process::exit(70);
}

/// `kiru` with these arguments.
pub(crate) fn kiru(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "process::child", "--nocapture", "--test-threads=1"])
        .env(COMMAND, serde_json::to_string(arguments).unwrap())
        .stdin(Stdio::null());
    command
}

/// Runs `kiru` to its end: exit code and what it said on standard error.
fn run(arguments: &[&str]) -> (i32, String) {
    let output = kiru(arguments).output().unwrap();
    let code = output.status.code().expect("ended by itself");
    (code, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Looks until there is something, and gives up at the deadline.
async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
