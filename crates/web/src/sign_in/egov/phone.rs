//! The three requests of the app (kz-eds §8.1): who asks (API №1), what is to be signed (API №2), and the signature back. An
//! app has no cookie of ours; the address is unguessable, and all but the first request carry its token. Nothing here signs
//! anybody in: the verdict is kept, and the browser that showed the code goes on with it.

use authority::assurance::AuthenticationMethod;
use authority::audit::{Actor, Event, EventKind};
use authority::authentication::{Challenge, QrPurpose, QrTransaction, SignInAttempt};
use authority::authorization::Interaction;
use authority::ids::EventId;
use authority::locale::Locale;
use authority::secret::{PlainToken, Purpose};
use authority::throttle::SIGNATURES_PER_NETWORK;
use authority::time::Timestamp;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::PersonClass;
use http::StatusCode;
use protocol::flow::Visit;
use storage::throttles::{self, Capped};
use storage::{StorageError, Write, attempts, audit, challenges, clients, interactions, qr_transactions};

use super::answers::{AppRefusal, json_answer, success};
use super::documents::{self, About, DocumentAddress, Documents, Meta, Organisation, Returned};
use super::{page, secrets};
use crate::WebState;
use crate::answer;
use crate::sign_in::eds::SignatureError;
use crate::sign_in::{refusals, verification};
use crate::visit::Visited;

/// One request of an app.
struct Asked {
    state: WebState,
    visit: Visit,
    now: Timestamp,
}

/// A transaction with what it belongs to.
struct Found {
    transaction: QrTransaction,
    challenge: Challenge,
    interaction: Interaction,
    attempt: SignInAttempt,
}

/// `GET /egov/{link}`: API №1.
pub(crate) async fn about(
    State(state): State<WebState>,
    Path(link): Path<String>,
    Visited(visit): Visited,
) -> Response {
    let asked = Asked::new(state, visit);
    let answer = asked.about(&link).await;
    asked.answer(answer)
}

/// `GET /egov/{link}/document`: API №2. Needs the token.
pub(crate) async fn document(
    State(state): State<WebState>,
    Path(link): Path<String>,
    Visited(visit): Visited,
) -> Response {
    let asked = Asked::new(state, visit);
    let answer = asked.document(&link).await;
    asked.answer(answer)
}

/// `PUT /egov/{link}/document`: the signature, or a refusal. Needs the token.
pub(crate) async fn signed(
    State(state): State<WebState>,
    Path(link): Path<String>,
    Visited(visit): Visited,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = Asked::new(state, visit);
    let answer = asked.signed(&link, body).await;
    asked.answer(answer)
}

impl Asked {
    fn new(state: WebState, visit: Visit) -> Self {
        let now = state.provider.now();
        Self { state, visit, now }
    }

    fn locale(&self) -> Locale {
        self.visit.locale
    }

    fn answer(&self, result: Result<Response, AppRefusal>) -> Response {
        result.unwrap_or_else(|refusal| {
            let reference = self.visit.reference.as_str();
            match &refusal {
                AppRefusal::OurFault(error) => {
                    tracing::error!(
                        reference,
                        error = error as &dyn std::error::Error,
                        "the app's request failed"
                    );
                }
                AppRefusal::Broken => tracing::error!(reference, "the app's request failed"),
                AppRefusal::Unknown
                | AppRefusal::Over
                | AppRefusal::TooLate
                | AppRefusal::NotAuthorised
                | AppRefusal::Malformed
                | AppRefusal::NotAccepted(_)
                | AppRefusal::TooMany(_) => tracing::info!(reference, "{refusal}"),
            }
            refusal.respond(&self.state.provider.pages, self.locale())
        })
    }

    async fn find(&self, link: &str) -> Result<Found, AppRefusal> {
        let provider = &self.state.provider;
        let link = PlainToken::parse(link).map_err(|_| AppRefusal::Unknown)?;
        let digest = secrets::link_digest(&provider.keyring, &link);
        let transaction = qr_transactions::find_by_link(&provider.db, &digest).await?;
        let transaction = transaction.ok_or(AppRefusal::Unknown)?;
        let (attempt, challenge) = (transaction.attempt_id, transaction.challenge_id);
        let interaction = transaction.interaction_id;
        let challenge = challenges::find_for_attempt(&provider.db, attempt, challenge).await?;
        let attempt = attempts::find_for_interaction(&provider.db, interaction, attempt).await?;
        let interaction = interactions::find(&provider.db, interaction).await?;
        Ok(Found {
            challenge: challenge.ok_or(AppRefusal::Unknown)?,
            attempt: attempt.ok_or(AppRefusal::Unknown)?,
            interaction: interaction.ok_or(AppRefusal::Unknown)?,
            transaction,
        })
    }

    async fn find_authorised(&self, link: &str) -> Result<Found, AppRefusal> {
        let found = self.find(link).await?;
        let keyring = &self.state.provider.keyring;
        if secrets::is_authorised(keyring, found.transaction.id, &self.visit.headers) {
            Ok(found)
        } else {
            Err(AppRefusal::NotAuthorised)
        }
    }

    async fn about(&self, link: &str) -> Result<Response, AppRefusal> {
        let provider = &self.state.provider;
        let found = self.find(link).await?;
        let transaction = &found.transaction;
        transaction.check_open(self.now).map_err(|_| AppRefusal::Over)?;
        let egov = self.state.settings.egov_mobile.as_ref().ok_or(AppRefusal::Unknown)?;
        let [name_kz, name_ru, name_en] = egov.organisation.clone();
        let about = About {
            description: self.title(self.locale(), transaction.purpose),
            expiry_date: self.local(transaction.expires_at, "%Y-%m-%dT%H:%M:%S%.3f%:z"),
            organisation: Organisation {
                name_ru,
                name_kz,
                name_en,
                bin: egov.bin.clone(),
            },
            document: DocumentAddress {
                uri: format!("{}/document", page::address(provider, transaction.id)),
                auth_type: "Token",
                auth_token: secrets::bearer(&provider.keyring, transaction.id).expose().to_owned(),
            },
        };
        Ok(json_answer(StatusCode::OK, &about))
    }

    async fn document(&self, link: &str) -> Result<Response, AppRefusal> {
        let provider = &self.state.provider;
        let found = self.find_authorised(link).await?;
        let scanned = found.transaction.clone().scan(self.now).map_err(|_| AppRefusal::Over)?;
        let kept = &scanned;
        let kept = provider.db.tx("phone_scanned", |tx| async move {
            qr_transactions::record(&tx, kept, None).await
        });
        if kept.await.map_err(|error: StorageError| AppRefusal::OurFault(error))? == Write::Lost {
            return Err(AppRefusal::Over);
        }
        let client = clients::find(&provider.db, &found.interaction.request.client_id).await?;
        let service = client.map(|client| client.name).unwrap_or_default();
        let names = [Locale::Kk, Locale::Ru, Locale::En].map(|locale| self.title(locale, scanned.purpose));
        let data = STANDARD.encode(&found.challenge.text);
        let documents = Documents::one(names, self.meta(&scanned, &service), data);
        Ok(json_answer(StatusCode::OK, &documents))
    }

    /// What the app shows of the document: site, service, time and the number that the page shows (security rule CE-18).
    fn meta(&self, transaction: &QrTransaction, service: &str) -> Vec<Meta> {
        let provider = &self.state.provider;
        let names = provider.pages.phone_app_labels(self.locale());
        let values = [
            answer::host(provider.issuer()).to_owned(),
            service.to_owned(),
            self.local(transaction.issued_at, "%Y-%m-%d %H:%M"),
            transaction.number.to_string(),
        ];
        let lines = names.into_iter().zip(values);
        lines.map(|(name, value)| Meta { name, value }).collect()
    }

    fn title(&self, locale: Locale, purpose: QrPurpose) -> String {
        let provider = &self.state.provider;
        let host = answer::host(provider.issuer());
        provider
            .pages
            .phone_app_title(locale, purpose == QrPurpose::SecondStage, host)
    }

    fn local(&self, at: Timestamp, format: &str) -> String {
        let zone = self.state.provider.settings.zone;
        at.to_utc()
            .map(|utc| utc.with_timezone(&zone).format(format).to_string())
            .unwrap_or_default()
    }

    async fn signed(&self, link: &str, body: Result<Bytes, BytesRejection>) -> Result<Response, AppRefusal> {
        let network = self.network();
        if throttles::is_full(&self.state.provider.db, &network, self.now).await? {
            return Err(AppRefusal::TooMany(network.cap.ends_at(self.now).since(self.now)));
        }
        let found = self.find_authorised(link).await?;
        let body = body.map_err(|_| AppRefusal::Malformed)?;
        match documents::read(&body).ok_or(AppRefusal::Malformed)? {
            Returned::Declined => self.declined(&found).await,
            Returned::Signed(signature) => self.judged(found, &signature).await,
        }
    }

    async fn declined(&self, found: &Found) -> Result<Response, AppRefusal> {
        let declined = found.transaction.clone().decline(self.now);
        let declined = &declined.map_err(|_| AppRefusal::TooLate)?;
        let kept = self.state.provider.db.tx("phone_declined", |tx| async move {
            qr_transactions::record(&tx, declined, None).await
        });
        match kept.await.map_err(|error: StorageError| AppRefusal::OurFault(error))? {
            Write::Done => Ok(success()),
            Write::Lost => Err(AppRefusal::TooLate),
        }
    }

    /// Takes the one answer, verifies it, keeps the verdict.
    async fn judged(&self, found: Found, signature: &str) -> Result<Response, AppRefusal> {
        let answered = self.take(&found).await?;
        let asked = verification::Asked {
            state: &self.state,
            now: self.now,
            reference: &self.visit.reference,
        };
        let verdict = super::verify(asked, &found.challenge.text, signature).await;
        let (next, sealed, event) = match &verdict {
            Ok(_) => (answered.complete(self.now), Some(self.seal(&found, signature)?), None),
            Err(error) => {
                let refusal = refusals::on_phone(class_of(error), self.now);
                let event = self.refused(&found, error.reason());
                (answered.refuse(refusal, self.now), None, Some(event))
            }
        };
        let next = &next.map_err(|_| AppRefusal::TooLate)?;
        // Nobody's signature is wrong because a responder is down: that must not close the way for a whole network.
        let counts = verdict.as_ref().is_err_and(SignatureError::is_the_signatures_fault);
        let (sealed, event, network) = (sealed.as_deref(), event.as_ref(), &self.network());
        let kept = self.state.provider.db.tx("phone_verdict", |tx| async move {
            let written = qr_transactions::record(&tx, next, sealed).await?;
            if let Some(event) = event {
                if counts {
                    throttles::record_hit(&tx, network, self.now).await?;
                }
                audit::insert(&tx, event).await?;
            }
            Ok(written)
        });
        let written: Write = kept.await.map_err(|error: StorageError| AppRefusal::OurFault(error))?;
        match (verdict, written) {
            (Ok(_), Write::Done) => Ok(success()),
            (Ok(_), Write::Lost) => Err(AppRefusal::TooLate),
            (Err(error), _) => Err(self.told(error)),
        }
    }

    /// The first answer takes the challenge, whatever it is worth (security rule CE-1); of two at once one is first.
    async fn take(&self, found: &Found) -> Result<QrTransaction, AppRefusal> {
        let answered = found.transaction.clone().answer(self.now);
        let answered = &answered.map_err(|_| AppRefusal::TooLate)?;
        let (challenge, now) = (&found.challenge, self.now);
        if found.attempt.check_age(now).is_err() || now >= challenge.expires_at {
            return Err(AppRefusal::TooLate);
        }
        let taken = self.state.provider.db.tx("phone_answer", |tx| async move {
            if qr_transactions::record(&tx, answered, None).await? == Write::Lost {
                return Ok(false);
            }
            let taken = challenges::take(&tx, challenge.attempt_id, challenge.purpose, now).await?;
            Ok(taken.is_some_and(|taken| taken.id == challenge.id))
        });
        if taken.await.map_err(|error: StorageError| AppRefusal::OurFault(error))? {
            // The row has the next version now.
            Ok(QrTransaction {
                version: answered.version.saturating_add(1),
                ..answered.clone()
            })
        } else {
            Err(AppRefusal::TooLate)
        }
    }

    fn seal(&self, found: &Found, signature: &str) -> Result<Vec<u8>, AppRefusal> {
        let provider = &self.state.provider;
        let context = secrets::context(found.transaction.id);
        provider
            .keyring
            .seal(Purpose::Fact, &context, signature.as_bytes(), &mut provider.rng())
            .map_err(|_| AppRefusal::Broken)
    }

    fn network(&self) -> Capped {
        Capped {
            kind: "eds_network",
            key: self.visit.network(&self.state.provider.keyring),
            cap: SIGNATURES_PER_NETWORK,
        }
    }

    /// The trace of a refused signature. Of a first stage nobody is proven, so nobody is named.
    fn refused(&self, found: &Found, reason: String) -> Event {
        let (kind, user) = match found.transaction.purpose {
            QrPurpose::FirstStage => (EventKind::FirstStageRefused, None),
            QrPurpose::SecondStage => (
                EventKind::SecondStageRefused,
                found.attempt.claimant().map(|first| first.user_id),
            ),
        };
        let id = EventId::mint(self.now, &mut self.state.provider.rng());
        Event {
            user_id: user,
            client_id: Some(found.interaction.request.client_id.clone()),
            address: self.visit.address_text(),
            methods: AuthenticationMethod::SoftwareKey.as_str().to_owned(),
            reason,
            reference: Some(self.visit.reference.to_string()),
            ..Event::new(id, self.now, kind, Actor::User)
        }
    }

    /// What the app is told of a signature that is not accepted.
    fn told(&self, error: SignatureError) -> AppRefusal {
        match error {
            SignatureError::Storage(error) => AppRefusal::OurFault(error),
            SignatureError::Broken(_) | SignatureError::Message(_) => AppRefusal::Broken,
            SignatureError::Challenge(_)
            | SignatureError::Eds(_)
            | SignatureError::Person(_)
            | SignatureError::Busy => AppRefusal::NotAccepted(refusals::on_phone(class_of(&error), self.now)),
        }
    }
}

/// What the person is told: what is not the signature's fault means "later".
fn class_of(error: &SignatureError) -> PersonClass {
    match error {
        SignatureError::Eds(refusal) => refusal.class(),
        SignatureError::Challenge(_) | SignatureError::Person(_) => PersonClass::NotVerified,
        SignatureError::Busy | SignatureError::Broken(_) | SignatureError::Message(_) | SignatureError::Storage(_) => {
            PersonClass::TryLater
        }
    }
}
