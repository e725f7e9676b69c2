//! TLS for the public address (OP-4, RFC 9325): 1.3 preferred, 1.2 with ECDHE and AEAD only. rustls has no other
//! suites, no DHE, no CBC, no older version; a peer that offers nothing else gets its alert.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::TlsFiles;

/// What is served from one certificate and key.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why TLS cannot be served; the start stops.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or is not PEM.
    #[error("{}: not readable as PEM", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        source: pem::Error,
    },
    /// No certificate in the file.
    #[error("{}: contains no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// Certificate and key do not belong together, or the key is of no use.
    #[error("{}: certificate and key do not fit", file.display())]
    Unfit {
        /// The certificate's file.
        file: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
}

impl Tls {
    /// Reads chain and key.
    ///
    /// # Errors
    /// Anything broken, empty or not matching.
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let chain = chain(files.certificate())?;
        let unreadable = |source| TlsError::Unreadable {
            file: files.key().to_owned(),
            source,
        };
        let key = PrivateKeyDer::from_pem_file(files.key()).map_err(unreadable)?;
        let unfit = |source| TlsError::Unfit {
            file: files.certificate().to_owned(),
            source,
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(unfit)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unfit)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable = |source| TlsError::Unreadable {
        file: file.to_owned(),
        source,
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if chain.is_empty() {
        Err(TlsError::NoCertificate(file.to_owned()))
    } else {
        Ok(chain)
    }
}
