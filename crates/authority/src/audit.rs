//! Audit events: what must not be altered or removed unnoticed (product F4). Sealing into the chain is storage's.

use aws_lc_rs::digest;

use crate::assurance::amr;
use crate::clients::ClientId;
use crate::ids::{DeviceId, EventId, SessionId, UserId};
use crate::representation::Principal;
use crate::sessions::BrowserSession;
use crate::time::Timestamp;

mod kind;

pub use self::kind::{EventKind, EventResult};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The person in front of a browser.
    User,
    /// A client at an endpoint.
    Client,
    /// An operator at the command line.
    Operator,
    /// The product itself.
    System,
}

impl Actor {
    /// The word that storage keeps.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }

    /// The actor of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::User, Self::Client, Self::Operator, Self::System]
            .into_iter()
            .find(|actor| actor.as_str() == word)
    }
}

/// An event. It holds no secret and no personal number: people are their ids.
#[derive(Clone, Debug)]
pub struct Event {
    /// Our identifier.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Who did it.
    pub actor: Actor,
    /// Whom it concerns.
    pub user_id: Option<UserId>,
    /// The client it happened for.
    pub client_id: Option<ClientId>,
    /// The device it happened on.
    pub device_id: Option<DeviceId>,
    /// The session it happened in.
    pub session_id: Option<SessionId>,
    /// The network address it came from.
    pub address: Option<String>,
    /// The methods used, as `amr` values joined by spaces.
    pub methods: String,
    /// Why: a stable code, behind which a colon and a fixed sentence may stand (`E_CHAIN: the issuer is not configured`), or
    /// an operator's words; empty when there is nothing to say.
    pub reason: String,
    /// The reference shown to the person.
    pub reference: Option<String>,
    /// SHA-256 of the record of evidence that belongs to the event (security rule CE-15): the chain covers the record
    /// by it.
    pub evidence: Option<[u8; 32]>,
    /// In whose name the person acted, when it was not their own (security rule DG-7).
    pub principal: Option<Principal>,
}

impl Event {
    /// An event about nobody in particular; the caller fills in what is known.
    pub fn new(id: EventId, at: Timestamp, kind: EventKind, actor: Actor) -> Self {
        Self {
            id,
            at,
            kind,
            actor,
            user_id: None,
            client_id: None,
            device_id: None,
            session_id: None,
            address: None,
            methods: String::new(),
            reason: String::new(),
            reference: None,
            evidence: None,
            principal: None,
        }
    }

    /// The same event with whom, session, device and methods of the session that it happened in.
    #[must_use]
    pub fn in_session(self, session: &BrowserSession) -> Self {
        Self {
            user_id: Some(session.user_id),
            device_id: session.device_id,
            session_id: Some(session.id),
            methods: amr(&session.methods),
            ..self
        }
    }

    /// SHA-256 over all members, each preceded by its length, so that no change of one goes unseen.
    pub fn digest(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut member = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        member(self.id.as_uuid().as_bytes());
        member(&self.at.as_micros().to_be_bytes());
        member(self.kind.as_str().as_bytes());
        member(self.actor.as_str().as_bytes());
        member(optional(self.user_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.client_id.as_ref().map(ToString::to_string)).as_bytes());
        member(optional(self.device_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.session_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.address.clone()).as_bytes());
        member(self.methods.as_bytes());
        member(self.reason.as_bytes());
        member(optional(self.reference.clone()).as_bytes());
        // Members that came later are written with their names and only when there is one: older events keep their digests.
        if let Some(evidence) = &self.evidence {
            member(b"evidence");
            member(evidence);
        }
        if let Some(principal) = self.principal {
            member(b"principal");
            member(principal.to_string().as_bytes());
        }
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }
}

/// Nothing and the empty text must not digest alike.
fn optional(value: Option<String>) -> String {
    value.map_or_else(|| "-".to_owned(), |text| format!("+{text}"))
}

#[cfg(test)]
mod tests;
