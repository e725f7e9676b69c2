//! Telling S3 what happens to its code: by server-sent events (WHATWG HTML §9.2), or when the page asks. The database is what
//! all nodes share, so each listener looks there now and then; between two looks it holds nothing.

use std::convert::Infallible;

use authority::authentication::{QrPurpose, QrTransaction};
use authority::ids::AttemptId;
use authority::time::Timestamp;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use protocol::Problem;
use protocol::flow::check_origin;
use storage::qr_transactions;
use tokio::sync::OwnedSemaphorePermit;

use super::page::{self, Standing};
use crate::WebState;
use crate::flow::FlowPage;

/// Looks of one stream, after which the browser connects again: so that no node that is to end waits for one.
const LOOKS: u32 = 60;
/// Tells nginx to pass each event on at once.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Which code it is and how it stands: a page that was told another word is out of date.
pub(super) fn mark(transaction: &QrTransaction, now: Timestamp) -> String {
    let id = transaction.id.to_string();
    let end = id.get(26..).unwrap_or_default();
    format!("{end}:{}", transaction.view(now).as_str())
}

/// `GET /flow/{id}/egov/state`: the word, as text.
pub(crate) async fn state(page: FlowPage) -> Response {
    let answer = told(&page).await;
    page.answer(answer)
}

/// `GET /flow/{id}/egov/events`: the word now, and whenever it changes.
pub(crate) async fn events(page: FlowPage) -> Response {
    let answer = listened(&page).await;
    page.answer(answer)
}

async fn told(page: &FlowPage) -> Result<Response, Problem> {
    let word = match watched(page).await? {
        Some((_, transaction)) => mark(&transaction, page.now),
        None => "over".to_owned(),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, word).into_response())
}

async fn listened(page: &FlowPage) -> Result<Response, Problem> {
    let Ok(permit) = std::sync::Arc::clone(&page.state.listeners).try_acquire_owned() else {
        // The page asks by itself then.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let Some((attempt, transaction)) = watched(page).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let listener = Listener {
        state: page.state.clone(),
        attempt,
        purpose: transaction.purpose,
        told: None,
        left: LOOKS,
        _permit: permit,
    };
    let mut response = Sse::new(listener.stream()).into_response();
    let (name, value) = UNBUFFERED;
    response.headers_mut().insert(name, value);
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The code that the page of this browser shows. No page of another site listens with the browser's cookie (security rule
/// XD-11).
async fn watched(page: &FlowPage) -> Result<Option<(AttemptId, QrTransaction)>, Problem> {
    check_origin(&page.visit.headers, page.provider().issuer()).map_err(|_| Problem::OutOfDate)?;
    let Ok(standing) = page::standing(page).await? else {
        return Ok(None);
    };
    let transaction = page::current(page, &standing).await?;
    let Standing { attempt, .. } = standing;
    Ok(attempt
        .zip(transaction)
        .map(|(attempt, transaction)| (attempt.id, transaction)))
}

struct Listener {
    state: WebState,
    attempt: AttemptId,
    purpose: QrPurpose,
    /// What the page knows.
    told: Option<String>,
    left: u32,
    /// One of the places for listeners.
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(Some(self), |listener| async move { listener?.next().await })
    }

    /// Looks until there is something new. The stream ends with what cannot change any more, and after a while.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        while self.left > 0 {
            self.left -= 1;
            let db = &self.state.provider.db;
            let found = qr_transactions::find_latest(db, self.attempt, self.purpose)
                .await
                .ok()??;
            let now = self.state.provider.now();
            let word = mark(&found, now);
            if self.told.as_ref() != Some(&word) {
                let event = Event::default().data(&word);
                self.told = Some(word);
                let rest = found.view(now).is_live().then_some(self);
                return Some((Ok(event), rest));
            }
            tokio::time::sleep(self.state.settings.live_interval).await;
        }
        None
    }
}
