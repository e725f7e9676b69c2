//! Recording a proven first stage: the person, the certificate, what it says, the attempt, the message with a code and
//! the audit events, in one transaction (security rules AC-1, AC-9, CE-10, CE-14, AZ-14).

use authority::assurance::AuthenticationMethod;
use authority::audit::{Event, EventKind};
use authority::authentication::{AttemptError, EndReason, FirstFactor, FirstStage, QrTransaction, SignInAttempt};
use authority::certificates::{self as keys, Certificate, KeySuite};
use authority::ids::{AttemptId, CertificateId, OrganisationId, UserId};
use authority::time::Timestamp;
use authority::users::{FactName, FactSource, Subject, User, UserState};
use federation::eds::VerifiedEds;
use protocol::Problem;
use protocol::notices::{self, Change};
use storage::certificates::Recorded;
use storage::evidence::SealedEvidence;
use storage::identifiers::{Identified, Identifier, Insertion};
use storage::organisations::{Organisation, SealedOrganisation};
use storage::user_facts::SealedFact;
use storage::{
    StorageError, Tx, Write, attempts, audit, certificates, identifiers, qr_transactions, user_facts, users,
};

use super::certificate_facts::{self, STATED};
use super::eds::SignatureError;
use super::evidence::{self, Accepted};
use super::messages::{self, Kept, Message};
use super::signer;
use super::stops::{self, Verified};
use crate::flow::FlowPage;

/// How often a new person's record is tried when somebody else makes it at the same moment.
const RUNS: usize = 3;

/// Why a verified signature gives no first stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FirstStageRefusal {
    /// The number belonged to somebody who is gone; nobody inherits it (security rule AC-9).
    #[error("the identifier belongs to a closed account")]
    Buried,
    /// The certificate is known as another user's.
    #[error("the certificate is another user's")]
    CertificateOfAnother,
    /// The certificate, or its key, is not accepted here any more (security rule CE-12).
    #[error("the key was stopped")]
    Stopped(keys::Stop),
    /// The client expects another person.
    #[error("the client expects another person")]
    Unexpected,
    /// The attempt moved on meanwhile: a second click or a second tab was faster.
    #[error("the attempt is not at this step any more")]
    Lost,
}

impl FirstStageRefusal {
    /// The stable code for audit records.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Buried => "P_GONE",
            Self::CertificateOfAnother => "P_CERTIFICATE",
            Self::Stopped(_) => "P_STOPPED",
            Self::Unexpected => "P_UNEXPECTED",
            Self::Lost => "P_LOST",
        }
    }
}

/// Why a transaction is taken back.
enum Stop {
    Refused(FirstStageRefusal),
    /// Somebody else made the person's record meanwhile.
    Again,
    Storage(StorageError),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Everything of one try, minted and sealed before its transaction.
struct Plan<'a> {
    page: &'a FlowPage,
    proven: Proven<'a>,
    user_id: UserId,
    newcomer: Option<User>,
    identifier: Identifier<'static>,
    certificate: Certificate,
    /// When its centre's word was made that it is good.
    good_at: Option<Timestamp>,
    /// The organisation that the certificate names.
    organisation: Option<SealedOrganisation>,
    facts: Vec<SealedFact>,
    /// What another certificate of the person may have said and this one does not.
    unstated: Vec<FactName>,
    message: Option<Message>,
    evidence: SealedEvidence,
}

/// What the signature moves on.
#[derive(Clone, Copy)]
pub(crate) struct Proven<'a> {
    /// The attempt whose first stage it is.
    pub(crate) attempt: &'a SignInAttempt,
    /// The transaction that brought it, collected, where it came from an app on a phone: no attempt may forget that.
    pub(crate) collected: Option<&'a QrTransaction>,
}

/// Records the first stage by a verified signature and sends the code.
pub(crate) async fn by_eds(page: &FlowPage, proven: Proven<'_>, verified: &VerifiedEds) -> Result<(), SignatureError> {
    for _ in 0..RUNS {
        let plan = plan(page, proven, verified).await?;
        let plan = &plan;
        let kept = page
            .provider()
            .db
            .tx("first_stage", |tx| async move { plan.record(&tx).await })
            .await;
        match kept {
            Ok((message, recorded)) => {
                if let Recorded::Changed(_) = recorded {
                    page.provider().logout_wake.ring();
                }
                return match message {
                    Some(message) => Ok(messages::send(page, message).await?),
                    None => Ok(()),
                };
            }
            Err(Stop::Again) => {}
            Err(Stop::Refused(refusal)) => return Err(SignatureError::Person(refusal)),
            Err(Stop::Storage(error)) => return Err(SignatureError::Storage(error)),
        }
    }
    Err(StorageError::Contended("first_stage").into())
}

async fn plan<'a>(page: &'a FlowPage, proven: Proven<'a>, verified: &VerifiedEds) -> Result<Plan<'a>, SignatureError> {
    let (provider, now) = (page.provider(), page.now);
    let identifier = signer::identifier(page, verified);
    let (user_id, newcomer) = match identifiers::find(&provider.db, &identifier).await? {
        Some(Identified::Tombstone(_)) => return Err(SignatureError::Person(FirstStageRefusal::Buried)),
        Some(Identified::User(id)) => (id, None),
        None => {
            let newcomer = newcomer(page);
            (newcomer.id, Some(newcomer))
        }
    };
    check_expected(page, user_id).await?;
    let facts = certificate_facts::facts(verified.identity());
    let seal = |fact| SealedFact::seal(user_id, fact, &provider.keyring, &mut provider.rng());
    Ok(Plan {
        page,
        proven,
        user_id,
        newcomer,
        identifier,
        certificate: certificate(CertificateId::mint(now, &mut provider.rng()), user_id, verified, now),
        good_at: stops::word(page, verified),
        unstated: STATED
            .into_iter()
            .filter(|name| facts.iter().all(|fact| fact.name != *name))
            .collect(),
        organisation: organisation(page, verified)?,
        facts: facts.iter().map(seal).collect::<Result<_, _>>()?,
        message: messages::for_user(page, proven.attempt.id, user_id).await?,
        evidence: evidence::seal(page, verified, (proven.attempt.id, user_id), Accepted::SignIn)?,
    })
}

/// A person nobody knows yet: without contacts, so provisional until one confirms it (product B3, security rule DB-16).
fn newcomer(page: &FlowPage) -> User {
    let mut rng = page.provider().rng();
    User {
        id: UserId::mint(page.now, &mut rng),
        subject: Subject::mint(&mut rng),
        state: UserState::Invited,
        provisional: true,
        epoch: 0,
        exclusive: None,
        organisation: None,
        last_interactive_at: None,
        locale: Some(page.frame().locale),
    }
}

async fn check_expected(page: &FlowPage, user: UserId) -> Result<(), SignatureError> {
    let Some(expected) = &page.flow.interaction.request.expected_subject else {
        return Ok(());
    };
    let found = users::find(&page.provider().db, user).await?;
    if found.is_some_and(|user| user.subject == *expected) {
        Ok(())
    } else {
        Err(SignatureError::Person(FirstStageRefusal::Unexpected))
    }
}

/// What is kept of a verified certificate.
pub(crate) fn certificate(id: CertificateId, user_id: UserId, verified: &VerifiedEds, now: Timestamp) -> Certificate {
    let identity = verified.identity();
    Certificate {
        id,
        user_id,
        issuer: verified.issuer().to_vec(),
        serial: verified.serial().to_vec(),
        role: identity.role,
        organisation: None,
        key_storage: identity.key_storage,
        usage: Some(verified.usage()),
        suite: KeySuite::from_word(verified.suite()),
        key_digest: Some(verified.key_digest()),
        not_before: verified.not_before(),
        not_after: verified.not_after(),
        first_used_at: now,
        last_used_at: now,
        stop: None,
    }
}

/// The organisation of the certificate, as it may be stored. Its id is known when it is recorded.
pub(crate) fn organisation(
    page: &FlowPage,
    verified: &VerifiedEds,
) -> Result<Option<SealedOrganisation>, StorageError> {
    let Some(named) = &verified.identity().organisation else {
        return Ok(None);
    };
    let (keyring, mut rng) = (&page.provider().keyring, page.provider().rng());
    let organisation = Organisation {
        id: OrganisationId::mint(page.now, &mut rng),
        bin: named.bin.clone(),
        name: named.name.clone(),
    };
    SealedOrganisation::seal(&organisation, keyring, &mut rng).map(Some)
}

impl Plan<'_> {
    /// Returns the message that is to be sent, and what became of the certificate.
    async fn record(&self, tx: &Tx) -> Result<(Option<Kept>, Recorded), Stop> {
        self.make_newcomer(tx).await?;
        let user = users::lock(tx, self.user_id).await?;
        let verified = Verified {
            certificate: &self.certificate,
            good_at: self.good_at,
        };
        if let Some(stop) = stops::find(tx, self.page, user.as_ref(), verified).await? {
            return Err(Stop::Refused(FirstStageRefusal::Stopped(stop)));
        }
        let (certificate_id, recorded) = self.record_certificate(tx, user.as_ref()).await?;
        user_facts::record(tx, &self.facts, self.page.now).await?;
        user_facts::forget(tx, self.user_id, FactSource::Certificate, &self.unstated).await?;
        let factor = FirstFactor::Eds {
            certificate_id,
            key_storage: self.certificate.key_storage,
        };
        let stage = FirstStage {
            user_id: self.user_id,
            factor,
            at: self.page.now,
        };
        pass(tx, self.page, self.proven, stage, &self.evidence).await?;
        let message = match &self.message {
            Some(message) => message.keep(tx, self.page).await?.ok(),
            None => None,
        };
        Ok((message, recorded))
    }

    async fn make_newcomer(&self, tx: &Tx) -> Result<(), Stop> {
        let Some(newcomer) = &self.newcomer else { return Ok(()) };
        users::insert(tx, newcomer, self.page.now).await?;
        match identifiers::insert(tx, &self.identifier, newcomer.id, self.page.now).await? {
            Insertion::Inserted => Ok(audit::insert(tx, &self.event(EventKind::UserCreated)).await?),
            Insertion::Taken(_) => Err(Stop::Again),
        }
    }

    async fn record_certificate(&self, tx: &Tx, user: Option<&User>) -> Result<(CertificateId, Recorded), Stop> {
        let event = self.event(EventKind::CertificateRecorded);
        let recorded = signer::record(tx, &self.certificate, self.organisation.as_ref(), event).await?;
        match recorded {
            Recorded::New => {
                self.tell_of_new_key(tx, user).await?;
                Ok((self.certificate.id, recorded))
            }
            Recorded::Changed(id) => {
                if let Some(user) = user {
                    notices::tell(tx, self.page.provider(), user, Change::KeyNew, self.page.now).await?;
                }
                Ok((id, recorded))
            }
            Recorded::Known(id) => Ok((id, recorded)),
            Recorded::OfAnotherUser => Err(Stop::Refused(FirstStageRefusal::CertificateOfAnother)),
        }
    }

    /// The first key of a person says nothing new: the code and the device are told of. Every other one is (security rule
    /// CE-14), and the event says so.
    async fn tell_of_new_key(&self, tx: &Tx, user: Option<&User>) -> Result<(), StorageError> {
        let (provider, now) = (self.page.provider(), self.page.now);
        let keys = certificates::list_for_user(tx, self.user_id).await?;
        let another = keys.iter().any(|known| known.id != self.certificate.id);
        let mut event = self.event(EventKind::CertificateRecorded);
        if another {
            "another".clone_into(&mut event.reason);
        }
        audit::insert(tx, &event).await?;
        match user.filter(|_| another) {
            Some(user) => notices::tell(tx, provider, user, Change::KeyNew, now).await,
            None => Ok(()),
        }
    }

    fn event(&self, kind: EventKind) -> Event {
        about(self.page, kind, (self.user_id, AuthenticationMethod::SoftwareKey))
    }
}

fn about(page: &FlowPage, kind: EventKind, (user, method): (UserId, AuthenticationMethod)) -> Event {
    Event {
        user_id: Some(user),
        methods: method.as_str().to_owned(),
        ..page.event(kind)
    }
}

/// Moves the attempt on, and the transaction that brought the signature, if nobody else did either, and keeps what the proof
/// rests on. Both or nothing: a first stage on the phone is never taken for one of this browser (product B2).
async fn pass(
    tx: &Tx,
    page: &FlowPage,
    proven: Proven<'_>,
    stage: FirstStage,
    evidence: &SealedEvidence,
) -> Result<(), Stop> {
    let by = (stage.user_id, stage.factor.method());
    let event = about(page, EventKind::FirstStagePassed, by);
    let passed = proven
        .attempt
        .clone()
        .pass_first(stage)
        .map_err(|_: AttemptError| Stop::Refused(FirstStageRefusal::Lost))?;
    let attempt = attempts::record(tx, &passed).await?;
    let collected = match proven.collected {
        Some(collected) => qr_transactions::record(tx, collected, None).await?,
        None => Write::Done,
    };
    if attempt == Write::Lost || collected == Write::Lost {
        return Err(Stop::Refused(FirstStageRefusal::Lost));
    }
    Ok(evidence::keep(tx, evidence, event).await?)
}

/// A signature that proved no first stage. Whom it would have proven is not in it: nobody was.
pub(crate) fn refused(page: &FlowPage, reason: String) -> Event {
    Event {
        methods: AuthenticationMethod::SoftwareKey.as_str().to_owned(),
        reason,
        ..page.event(EventKind::FirstStageRefused)
    }
}

/// Ends the attempt of a person who is gone.
pub(crate) async fn record_buried(page: &FlowPage, attempt: AttemptId, code: &'static str) -> Result<(), Problem> {
    let event = refused(page, code.to_owned());
    let (event, now) = (&event, page.now);
    let interaction = page.flow.interaction.id;
    let ended = page
        .provider()
        .db
        .tx("first_stage_buried", |tx| async move {
            let Some(attempt) = attempts::find_for_interaction(&tx, interaction, attempt).await? else {
                return Ok(());
            };
            if let Ok(ended) = attempt.end(EndReason::Barred, now) {
                // Whoever was faster leaves the attempt where this would have led, or further back.
                let _: Write = attempts::record(&tx, &ended).await?;
            }
            audit::insert(&tx, event).await
        })
        .await;
    ended.map_err(|error: StorageError| Problem::OurFault(error))
}
