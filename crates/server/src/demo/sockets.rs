//! The demo's addresses. All are open before anything is made, so that a taken port is told at once.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::listener::{self, BindError};
use crate::server::Sockets;

const DIARY: u16 = 1;
const DESK: u16 = 2;
const HEALTH: u16 = 9;

/// Open sockets and what they are called.
pub(super) struct DemoSockets {
    pub(super) provider: Sockets,
    pub(super) diary: TcpListener,
    pub(super) desk: TcpListener,
    pub(super) signer: TcpListener,
    pub(super) addresses: Addresses,
}

/// The addresses as people, scripts and clients use them.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    /// The provider is `localhost`: there browsers keep `__Host-` cookies without TLS, and cookies ignore ports, so
    /// everything else is 127.0.0.1.
    pub(super) issuer: String,
    pub(super) diary: String,
    pub(super) desk: String,
    pub(super) signer: String,
    pub(super) health: String,
    pub(super) public: SocketAddr,
    pub(super) health_socket: SocketAddr,
}

impl DemoSockets {
    pub(super) async fn open(address: IpAddr, base: u16) -> Result<Self, BindError> {
        let at = |offset: u16| SocketAddr::new(address, base.saturating_add(offset));
        let public = listener::bind(at(0)).await?;
        let diary = listener::bind(at(DIARY)).await?;
        let desk = listener::bind(at(DESK)).await?;
        let health = listener::bind(at(HEALTH)).await?;
        let signer = signer(address).await?;
        let port = signer
            .local_addr()
            .map_or(testkit::ncalayer::PORT, |address| address.port());
        let addresses = Addresses {
            issuer: format!("http://localhost:{base}"),
            diary: format!("http://{}", at(DIARY)),
            desk: format!("http://{}", at(DESK)),
            signer: format!("ws://{}", SocketAddr::new(address, port)),
            health: format!("http://{}", at(HEALTH)),
            public: at(0),
            health_socket: at(HEALTH),
        };
        Ok(Self {
            provider: Sockets { public, health },
            diary,
            desk,
            signer,
            addresses,
        })
    }
}

/// NCALayer's own port, or a free one when a real NCALayer (or another demo) holds it.
async fn signer(address: IpAddr) -> Result<TcpListener, BindError> {
    match listener::bind(SocketAddr::new(address, testkit::ncalayer::PORT)).await {
        Err(BindError::Taken { .. }) => listener::bind(SocketAddr::new(address, 0)).await,
        other => other,
    }
}

impl Addresses {
    /// The line that scripts wait for.
    pub(super) fn ready_line(&self) -> String {
        format!(
            "READY issuer={} diary={} desk={} signer={} health={}",
            self.issuer, self.diary, self.desk, self.signer, self.health
        )
    }

    /// The same for `demo.json`.
    pub(super) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "issuer": self.issuer, "diary": self.diary, "desk": self.desk, "signer": self.signer, "health": self.health,
        })
    }
}
