#![doc = include_str!("../README.md")]

mod backchannel_logout;
mod callback;
mod errors;
mod fetch;
mod in_name;
mod language;
mod logout_token;
mod pages;
mod person;
mod provider;
mod routes;
mod sessions;
mod settings;
mod sign_in;
mod sign_out;

use std::future::Future;

use tokio::net::TcpListener;

pub use settings::{DiaryClock, DiarySettings, SettingsError};

/// Serves the diary on `listener` until `shutdown` resolves; requests in flight are answered first.
///
/// The provider is not contacted here: its discovery document is read when somebody first wants to sign in, and
/// again after a failure, so that diary and provider may start in either order.
///
/// # Errors
///
/// [`DiaryError::Settings`] when an address or certificate in `settings` does not parse, [`DiaryError::Listener`]
/// when the listener fails.
pub async fn serve(
    listener: TcpListener,
    settings: DiarySettings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), DiaryError> {
    let app = routes::Diary::new(settings)?.into_router();
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await?;
    Ok(())
}

/// Why the diary does not run.
#[derive(Debug, thiserror::Error)]
pub enum DiaryError {
    /// An address or a certificate in the settings does not parse.
    #[error("the settings cannot be used")]
    Settings(#[from] SettingsError),
    /// The listener failed.
    #[error("the listener failed")]
    Listener(#[from] std::io::Error),
}
