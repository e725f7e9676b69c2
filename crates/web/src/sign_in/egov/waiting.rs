//! The codes that pages show now, as a camera would read them: the phone of the demo has none.

use authority::time::Timestamp;
use protocol::Provider;
use storage::{StorageError, qr_transactions};

use super::page;

/// A code that no app has read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingCode {
    /// The number beside it, two digits.
    pub number: String,
    /// The text of the code.
    pub text: String,
    /// Until when it can be used.
    pub until: Timestamp,
}

/// All of them, oldest first.
///
/// # Errors
/// The database is not available.
pub async fn waiting_codes(provider: &Provider) -> Result<Vec<WaitingCode>, StorageError> {
    let all = qr_transactions::list_pending(&provider.db, provider.now()).await?;
    let code = |transaction: &authority::authentication::QrTransaction| WaitingCode {
        number: transaction.number.to_string(),
        text: page::code(&page::address(provider, transaction.id)),
        until: transaction.expires_at,
    };
    Ok(all.iter().map(code).collect())
}
