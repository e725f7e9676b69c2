//! K4, `/cabinet/phone`: the number, and whether a message tells of every sign-in (product C3).

use authority::audit::EventKind;
use axum::response::Response;
use pages::screens::{CabinetConfirm, CabinetPhone, Confirmed, Flash, MicrosTime, Section, StepUpReason};
use protocol::Problem;
use protocol::notices::{self, Change};
use storage::{StorageError, audit, phones, users};

use super::{CabinetForm, CabinetPage, again};

const HERE: &str = "/cabinet/phone";
const MESSAGES: &str = "/cabinet/phone/messages";

/// `GET /cabinet/phone`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let (provider, user) = (page.provider(), page.live.user.id);
    let phone = phones::find_live(&provider.db, user, &provider.keyring).await?;
    let screen = CabinetPhone {
        cabinet: page.cabinet(Section::Phone),
        number: phone.as_ref().map(|phone| phone.number.masked()),
        linked_at: phone.map(|phone| MicrosTime(phone.linked_at)),
        messages: users::wants_sign_in_messages(&provider.db, user).await?,
    };
    Ok(page.render(&screen))
}

/// `GET /cabinet/phone/messages`: asks for the contrary of what is.
pub(crate) async fn ask(page: CabinetPage) -> Response {
    let answer = asked(&page).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage) -> Result<Response, Problem> {
    if !page.is_recent() {
        return Ok(again::ask(page, StepUpReason::ChangeNotices, HERE));
    }
    let (provider, user) = (page.provider(), page.live.user.id);
    let Some(phone) = phones::find_live(&provider.db, user, &provider.keyring).await? else {
        return Err(Problem::NoSuchPage);
    };
    let on = users::wants_sign_in_messages(&provider.db, user).await?;
    let about = if on {
        Confirmed::MessagesOff
    } else {
        Confirmed::MessagesOn {
            phone: phone.number.masked(),
        }
    };
    let screen = CabinetConfirm {
        cabinet: page.cabinet(Section::Phone),
        about,
        action: MESSAGES.to_owned(),
        back: HERE,
    };
    Ok(page.render(&screen))
}

/// `POST /cabinet/phone/messages`, field `now`: `on` or `off`.
pub(crate) async fn switch(form: CabinetForm) -> Response {
    let answer = switched(&form).await;
    form.answer(answer)
}

async fn switched(form: &CabinetForm) -> Result<Response, Problem> {
    // What was asked is part of the form, so that a second tab does not undo it.
    let on = match form.field("now") {
        Some("on") => true,
        Some("off") => false,
        Some(_) | None => return Err(Problem::OutOfDate),
    };
    if !form.is_recent() {
        return Ok(CabinetForm::see(MESSAGES, None));
    }
    let mut event = form.event(EventKind::SignInMessagesChanged);
    (if on { "on" } else { "off" }).clone_into(&mut event.reason);
    let event = &event;
    let done = form.provider().db.tx("sign_in_messages", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        if users::wants_sign_in_messages(&tx, user.id).await? != on {
            users::record_sign_in_messages(&tx, user.id, on).await?;
            audit::insert(&tx, event).await?;
            notices::tell(&tx, form.provider(), &user, Change::SignInMessages { on }, form.now).await?;
        }
        Ok(true)
    });
    if !done.await? {
        return Err(Problem::OutOfDate);
    }
    let flash = if on { Flash::MessagesOn } else { Flash::MessagesOff };
    Ok(CabinetForm::see(HERE, Some(flash)))
}
