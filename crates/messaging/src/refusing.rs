//! The gateway of a deployment that has none.

use async_trait::async_trait;

use crate::sms::{SendError, SmsGateway, SmsMessage};

/// Refuses every message and says why, so that a missing setting does not look like a lost SMS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refusing;

#[async_trait]
impl SmsGateway for Refusing {
    async fn send(&self, _: &SmsMessage) -> Result<(), SendError> {
        Err(SendError::NoGateway)
    }
}

#[cfg(test)]
mod tests {
    use authority::error::Class;

    use super::Refusing;
    use crate::outbox::tests::message;
    use crate::sms::{SendError, SmsGateway as _};

    #[tokio::test]
    async fn every_message_is_refused_by_name() {
        let error = Refusing.send(&message(1, "a")).await.unwrap_err();
        assert!(matches!(error, SendError::NoGateway));
        assert_eq!(error.class(), Class::Bug);
        assert_eq!(error.to_string(), "no SMS gateway is configured");
    }
}
