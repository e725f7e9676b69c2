//! `kiru demo`: everything on this machine, for trying out. Provider, diary, desk, signer; made-up people and a
//! certification centre of their own. It listens on loopback addresses only and is not in release builds.
//!
//! | file | what |
//! |---|---|
//! | `folder` | the data folder: key encryption key, the diary's secret, the configuration, kept from start to start |
//! | `sockets` | the addresses, all open before anything else happens |
//! | `world` | database, people, client, application |
//! | `clock` | the time, which the desk may set |
//! | `desk` | the page beside the provider: messages, who signs next, the clock |

mod clock;
mod desk;
mod folder;
mod sockets;
mod world;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cli::{Failure, say};
use crate::server;
use crate::telemetry;
use folder::Folder;
use sockets::DemoSockets;
use world::World;

pub use clock::DemoClock;

/// How long the parts beside the provider may take to end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Arguments of `kiru demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Forget keys, people and bindings of earlier starts.
    #[arg(long)]
    fresh: bool,
    /// Where everything is kept.
    #[arg(long, value_name = "DIR", default_value = ".kiru-demo")]
    data: PathBuf,
    /// Port of the provider; diary, desk and health checks follow at +1, +2 and +9.
    #[arg(long, value_name = "PORT", default_value_t = 7300, value_parser = clap::value_parser!(u16).range(1..=65_526))]
    base_port: u16,
    /// Address to listen on; only loopback addresses are accepted.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
}

/// Runs the demo until Ctrl-C.
///
/// # Errors
/// An address that is not loopback (exit code 2), a taken port (3), or something that cannot be made (1).
pub async fn run(arguments: DemoArguments) -> Result<(), Failure> {
    if !arguments.address.is_loopback() {
        return Err(Failure::Usage(format!(
            "--address {}: the demo has made-up people and shows their codes; it listens on loopback addresses only",
            arguments.address
        )));
    }
    let sockets = DemoSockets::open(arguments.address, arguments.base_port).await?;
    let folder = Folder::open(&arguments.data, arguments.fresh)?;
    say(format_args!("data in {}", folder.path().display()));
    let config = folder.write_config(&sockets.addresses)?;
    telemetry::start(config.log().level(), config.log().format());
    let world = World::make(&folder, &config, &sockets.addresses).await?;
    let (stopping, stopped) = watch::channel(false);
    let mut beside = JoinSet::new();
    beside.spawn(diary::serve(sockets.diary, world.diary.clone(), until(stopped.clone())));
    beside.spawn(signer(sockets.signer, Arc::clone(&world.signer), stopped.clone()));
    let desk = desk::router(world.desk(&sockets.addresses));
    beside.spawn(serve(sockets.desk, desk, stopped));
    folder.write_addresses(&sockets.addresses)?;
    say(sockets.addresses.ready_line());
    let stop = async {
        server::asked_to_stop().await;
        say("stopping");
    };
    server::run(
        world.app,
        &config,
        sockets.provider,
        (None, Some(world.node_clock)),
        stop,
    )
    .await;
    let _ = stopping.send(true);
    let all = async { while beside.join_next().await.is_some() {} };
    // Whoever still has a page open does not keep the demo alive.
    let _ = tokio::time::timeout(LAST_ANSWERS, all).await;
    Ok(())
}

async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn signer(
    socket: tokio::net::TcpListener,
    state: Arc<testkit::ncalayer::SignerState>,
    stopped: watch::Receiver<bool>,
) -> Result<(), diary::DiaryError> {
    Ok(testkit::ncalayer::serve(socket, state, until(stopped)).await?)
}

async fn serve(
    socket: tokio::net::TcpListener,
    router: axum::Router,
    stopped: watch::Receiver<bool>,
) -> Result<(), diary::DiaryError> {
    crate::listener::serve(
        socket,
        None,
        router,
        crate::listener::Patience::default(),
        until(stopped),
    )
    .await;
    Ok(())
}
