//! `POST /language`: the language switch of every page. The choice is a cookie without authority; the page returned to is
//! named by the form and accepted only as a path of ours (security rules SE-6, SE-17, AZ-6).

use authority::locale::Locale;
use authority::time::days;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use protocol::flow::{LOCALE_COOKIE, check_origin, set_cookie};
use protocol::{Parameters, Problem};

use crate::WebState;
use crate::answer;
use crate::visit::Visited;

/// How long browsers keep the choice.
const COOKIE_AGE: std::time::Duration = days(400);
/// The longest path that is returned to.
const LONGEST_PATH: usize = 4096;

/// `POST /language`, fields `locale`, `back`.
pub(crate) async fn choose(
    State(state): State<WebState>,
    Visited(visit): Visited,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let own = check_origin(&visit.headers, state.provider.issuer()).is_ok();
    let Some(fields) = Parameters::from_form(&visit.headers, body).ok().filter(|_| own) else {
        return Problem::OutOfDate.respond(&state.provider, &visit);
    };
    let field = |name| fields.get(name).ok().flatten();
    let back = field("back").filter(|path| is_own_path(path)).unwrap_or("/");
    let locale = field("locale").and_then(|tag| Locale::ALL.into_iter().find(|locale| locale.tag() == tag));
    let cookie = locale.and_then(|locale| set_cookie(LOCALE_COOKIE, locale.tag(), Some(COOKIE_AGE)));
    answer::with_cookies(answer::see_other(back), cookie)
}

/// Whether a browser that follows it stays here: one slash at the beginning, and no character that browsers read as
/// another (a backslash) or drop (control characters).
fn is_own_path(path: &str) -> bool {
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    plain && path.len() <= LONGEST_PATH && path.starts_with('/') && !path.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn paths_of_ours_are_returned_to() {
        for path in [
            "/",
            "/help",
            "/flow/0193/confirm?sent=again",
            "/authorize?redirect_uri=https%3A%2F%2Fa",
        ] {
            assert!(is_own_path(path), "{path}");
        }
    }

    #[test]
    fn nothing_else_is() {
        let long = format!("/{}", "x".repeat(5_000));
        for path in [
            "",
            "help",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
            "/\t/evil",
            "/қ",
            &long,
        ] {
            assert!(!is_own_path(path), "{path:?}");
        }
    }
}
