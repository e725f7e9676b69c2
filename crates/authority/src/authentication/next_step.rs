//! What an authorization request needs next. Pure: request, session, consent, policy and the present instant decide, for
//! the first request and for every return from a page alike (OIDC Core §3.1.2.1, §3.1.2.3, §3.1.2.4).

use std::time::Duration;

use crate::authorization::{AuthorizationRequest, Progress, Scope};
use crate::clients::Client;
use crate::consents::{self, Consent, ConsentNeed};
use crate::devices::DeviceKey;
use crate::representation::{Acting, Names};
use crate::sessions::BrowserSession;
use crate::time::{Timestamp, minutes, seconds};
use crate::users::Subject;

/// What is known when the question is asked.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The request.
    pub request: &'a AuthorizationRequest,
    /// Who asks.
    pub client: &'a Client,
    /// The live session of this browser with its user's subject; storage leaves out ended ones and barred users.
    pub session: Option<(&'a BrowserSession, &'a Subject)>,
    /// What the device proves itself with that the session rests on, if it rests on one.
    pub device_key: Option<&'a DeviceKey>,
    /// When that device last proved its key, in this interaction or another.
    pub device_proven_at: Option<Timestamp>,
    /// What the user agreed to before.
    pub consent: Option<&'a Consent>,
    /// What was done in this interaction.
    pub progress: Progress,
    /// The names that the person may act in besides their own; none when it does not matter to the client.
    pub names: &'a Names,
    /// In whose name the client was last given something in this session.
    pub acted: Option<Acting>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Sign in with both stages.
    SignIn(SignInReason),
    /// Let the session's device prove its key: the session cookie alone opens nothing (product A7).
    ProveDevice,
    /// Ask whether to go on as the person who is signed in (S16).
    ContinueAs,
    /// Ask in whose name the person goes on (S17).
    ChooseName,
    /// Ask what may be released (S13).
    Consent(ConsentNeed),
    /// Issue the code.
    Issue,
    /// Signing in cannot give what the client insists on (`unmet_authentication_requirements`).
    AssuranceUnmet,
    /// Somebody else than the expected person signed in (`login_required`).
    OtherPerson,
}

/// Why a sign-in is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInReason {
    /// Nobody is signed in in this browser.
    NoSession,
    /// The client asked for it (`prompt=login`).
    Asked,
    /// The last authentication is older than the client allows.
    TooOld,
    /// The client expects another person.
    OtherPersonExpected,
    /// The session does not reach the level asked for.
    AssuranceTooLow,
}

/// Decides.
pub fn next_step(facts: &Facts<'_>, now: Timestamp) -> NextStep {
    let Some((session, subject)) = facts.session else {
        return NextStep::SignIn(SignInReason::NoSession);
    };
    // What was chosen or minted in this interaction is what it goes on with; another session in the same browser since
    // then (a second tab) does not slip in.
    if facts.progress.session.is_some_and(|chosen| chosen != session.id) {
        return NextStep::SignIn(SignInReason::NoSession);
    }
    // A session of a shared computer is for the sign-in that made it: whoever sits there next finds nobody signed in.
    if session.is_shared() && !facts.progress.signed_in {
        return NextStep::SignIn(SignInReason::NoSession);
    }
    if let Some(step) = judge_session(facts, session, subject, now) {
        return step;
    }
    if must_prove(facts, session, now) {
        return NextStep::ProveDevice;
    }
    judge_consent(facts)
}

/// How long the proof of a device counts. Whoever copies the cookies of a sign-in under way has that long, and not the life
/// of the interaction.
const PROOF_TTL: Duration = minutes(5);

/// Security rules DB-1, DB-4: where a session is used to mint something, the device it rests on has signed a nonce, at the
/// sign-in of this interaction or since. What another session's device signed counts for nothing.
fn must_prove(facts: &Facts<'_>, session: &BrowserSession, now: Timestamp) -> bool {
    let marked = facts.progress.signed_in || facts.progress.proven_session == Some(session.id);
    let recent = facts.device_proven_at.is_some_and(|at| now < at.plus(PROOF_TTL));
    facts.device_key.is_some_and(DeviceKey::signs) && !(marked && recent)
}

fn judge_session(facts: &Facts<'_>, session: &BrowserSession, subject: &Subject, now: Timestamp) -> Option<NextStep> {
    let (request, signed_in) = (facts.request, facts.progress.signed_in);
    let unexpected = request
        .expected_subject
        .as_ref()
        .is_some_and(|expected| expected != subject);
    let unmet = !request.assurance.is_met_by(session.assurance);
    if signed_in {
        return match (unexpected, unmet && request.assurance.essential) {
            (true, _) => Some(NextStep::OtherPerson),
            (false, true) => Some(NextStep::AssuranceUnmet),
            (false, false) => None,
        };
    }
    let reason = if request.prompt.login {
        SignInReason::Asked
    } else if unexpected {
        SignInReason::OtherPersonExpected
    } else if request.max_age.is_some_and(|age| is_older(session, age, now)) {
        SignInReason::TooOld
    } else if unmet {
        SignInReason::AssuranceTooLow
    } else {
        return None;
    };
    Some(NextStep::SignIn(reason))
}

fn is_older(session: &BrowserSession, max_age: u32, now: Timestamp) -> bool {
    now.since(session.authenticated_at) > seconds(u64::from(max_age)) || max_age == 0
}

fn judge_consent(facts: &Facts<'_>) -> NextStep {
    let chosen = facts.progress.session.is_some();
    if facts.request.prompt.select_account && !chosen {
        return NextStep::ContinueAs;
    }
    let named = facts.acting().is_some();
    if facts.progress.consented && named {
        return NextStep::Issue;
    }
    let remembered = facts.consent.filter(|_| !facts.client.is_public());
    let covered = remembered.is_some_and(|consent| consent.covers(facts.request, facts.client));
    let quiet = covered && !facts.request.prompt.consent;
    if quiet && named {
        return NextStep::Issue;
    }
    // Somebody else may be sitting at the family's computer: before anything new is released, the person is named.
    if !chosen && !facts.request.prompt.none {
        return NextStep::ContinueAs;
    }
    if !named {
        return NextStep::ChooseName;
    }
    let earlier = if facts.request.prompt.consent {
        None
    } else {
        facts.consent
    };
    NextStep::Consent(consents::need(facts.request, facts.client, earlier))
}

impl Facts<'_> {
    /// In whose name the request goes on; none while the person has to say. A client that asks without pages gets the name
    /// that it was given before in this session, and no other.
    pub fn acting(&self) -> Option<Acting> {
        let answer = if self.request.prompt.none {
            self.acted
        } else {
            self.progress.acting
        };
        self.names.settle(answer)
    }

    /// Whether a refresh token may be issued: `offline_access` needs consent, asked now or remembered (OIDC Core §11), and
    /// a device that it belongs to.
    pub fn offline_allowed(&self) -> bool {
        let remembered = self
            .consent
            .is_some_and(|consent| consent.scopes.contains(&Scope::OfflineAccess));
        let stays = self.session.is_some_and(|(session, _)| !session.is_shared());
        stays && self.request.asks(Scope::OfflineAccess) && (self.progress.consented || remembered)
    }
}

#[cfg(test)]
mod tests;
