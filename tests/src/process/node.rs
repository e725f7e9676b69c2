//! One running `kiru serve`.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::deployment::Deployment;
use super::wire::{self, status_of};
use super::{HELD, kiru, wait_for};
use crate::harness::{Browser, ISSUER, RelyingParty};

/// Between finding free ports and listening on them, somebody else may take one.
const TRIES: u32 = 5;

/// A process. Dropping it kills it.
pub(super) struct Node {
    process: Child,
    /// Where people and clients reach it.
    pub(super) public: SocketAddr,
    /// Where health checks reach it.
    pub(super) health: SocketAddr,
    log: PathBuf,
}

impl Deployment {
    /// Starts a node on free ports and waits until it is ready.
    pub(super) async fn start(&self) -> Node {
        for _ in 0..TRIES {
            let mut node = self.spawn();
            let started = wait_for("the node to be ready", async || {
                match node.process.try_wait().unwrap() {
                    Some(status) => Some(Err(status)),
                    None => (status_of(node.health, "/ready").await == 200).then_some(Ok(())),
                }
            });
            match started.await {
                Ok(()) => return node,
                Err(status) if status.code() == Some(3) => {}
                Err(status) => panic!("the node ended with {status}:\n{}", node.said()),
            }
        }
        panic!("no free ports in {TRIES} tries");
    }

    fn spawn(&self) -> Node {
        let [public, health] = free_addresses();
        let config = self.config(public, health);
        let log = self.log(public.port());
        let process = kiru(&["serve", "--config", &config])
            .env(HELD, "")
            .stdin(Stdio::piped())
            // The test runner's own lines go there; the log is on standard error.
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Node {
            process,
            public,
            health,
            log,
        }
    }
}

impl Node {
    /// A fresh browser.
    pub(super) fn browser(&self) -> Browser {
        Browser::new(wire::router(self.public), ISSUER)
    }

    /// The same browser, now talking to this node.
    pub(super) fn adopt(&self, browser: &Browser) -> Browser {
        browser.at(wire::router(self.public))
    }

    /// The example diary.
    pub(super) fn diary(&self) -> RelyingParty {
        RelyingParty::new(wire::router(self.public), "diary")
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What it logged.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it has ended.
    pub(super) async fn ended(&mut self) -> ExitStatus {
        wait_for("the node to end", async || self.process.try_wait().unwrap()).await
    }

    /// Asks it to stop, and waits: it must end well.
    pub(super) async fn stops(mut self) {
        signal(self.pid(), "TERM");
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "{}", self.said());
    }

    /// Kills it, and waits.
    pub(super) async fn dies(mut self) {
        signal(self.pid(), "KILL");
        assert_eq!(self.ended().await.code(), None, "ended by the signal");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal to a process of ours.
pub(super) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success(), "kill -s {name} {pid}");
}

/// Two addresses on which nobody listens now.
pub(super) fn free_addresses() -> [SocketAddr; 2] {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap())
}
