//! What goes wrong, in two texts: one fixed one, and the reason for the log.

/// An outbound call failed. Its text is the same for every reason, so that whoever chose the URL
/// learns nothing about our network from it; the reason is the error's source.
#[derive(Debug, thiserror::Error)]
#[error("the outbound call failed")]
pub struct OutboundError(#[source] Reason);

impl OutboundError {
    /// Why it failed: for logs and metrics only.
    pub fn reason(&self) -> &Reason {
        &self.0
    }
}

impl From<Reason> for OutboundError {
    fn from(reason: Reason) -> Self {
        Self(reason)
    }
}

/// Why a call failed. Not for the party that caused it.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// This instance makes no calls.
    #[error("outbound calls are closed")]
    Closed,
    /// The URL is not https, has credentials, another port, or no host.
    #[error("the URL is not one that is called")]
    Url,
    /// The host is, or resolves to, an address that is not reached.
    #[error("the address is not one that is reached")]
    Address,
    /// Name, connection, TLS or HTTP failed.
    #[error("the transport failed")]
    Transport(#[source] reqwest::Error),
    /// Nothing complete arrived in time.
    #[error("the answer took too long")]
    Timeout,
    /// The peer answered with a redirect, which is never followed.
    #[error("the answer is a redirect")]
    Redirect,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The client could not be set up, for want of any trust anchor.
    #[error("the client cannot be set up")]
    Setup,
}

/// The resolver's refusal, as it travels through the HTTP client.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the name resolves to an address that is not reached")]
pub(crate) struct ForbiddenAddress;

impl Reason {
    /// Sorts out what the HTTP client reports; the URL is taken off, it may carry secrets.
    pub(crate) fn from_client(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        if is_forbidden_address(&error) {
            return Self::Address;
        }
        Self::Transport(error.without_url())
    }
}

fn is_forbidden_address(error: &reqwest::Error) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if cause.is::<ForbiddenAddress>() {
            return true;
        }
        next = cause.source();
    }
    false
}
