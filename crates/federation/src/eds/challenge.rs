//! The text that we ask to have signed (CE-1, CE-13). It is readable, says who asks, for what, for which service and when,
//! and nothing else that we ask to sign has its form; so it can never pass for a contract, nor for another site's sign-in.

use std::time::Duration;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand_core::CryptoRng;

use super::limits;

/// What the signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChallengePurpose {
    /// To sign in.
    SignIn,
    /// To register a new device.
    Registration,
    /// To confirm a sign-in that began with another key.
    Confirmation,
}

impl ChallengePurpose {
    /// The line in Kazakh, Russian and English.
    const fn line(self) -> &'static str {
        match self {
            Self::SignIn => "Кіру / Вход / Sign-in",
            Self::Confirmation => "Кіруді растау / Подтверждение входа / Sign-in confirmation",
            Self::Registration => "Құрылғыны тіркеу / Регистрация устройства / Device registration",
        }
    }
}

/// Who asks for a signature, for what.
#[derive(Clone, Copy, Debug)]
pub struct ChallengeText<'a> {
    /// Our host, as the issuer URL names it.
    pub host: &'a str,
    /// What for.
    pub purpose: ChallengePurpose,
    /// The name of the client that the person signs in to. It comes from outside: what could fake a line is taken out.
    pub service: &'a str,
}

/// A challenge that was written: store `text` and `expires_at`, bind them to flow and browser, and consume it on the first
/// answer, right or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// UTF-8 with LF line ends; these exact bytes are signed.
    pub text: String,
    /// When it was written, in whole seconds.
    pub issued_at: Timestamp,
    /// When it ends, in whole seconds; at most five minutes later.
    pub expires_at: Timestamp,
}

impl Challenge {
    /// Writes a challenge with 256 random bits. A `ttl` over five minutes counts as five minutes.
    pub fn write(text: ChallengeText<'_>, now: Timestamp, ttl: Duration, rng: &mut dyn CryptoRng) -> Self {
        let mut nonce = [0_u8; 32];
        rng.fill_bytes(&mut nonce);
        let issued_at = now.whole_seconds();
        let expires_at = issued_at.plus(ttl.min(limits::CHALLENGE_LIFE)).whole_seconds();
        let text = format!(
            "{host}\n{purpose}\nservice={service}\nnonce={nonce}\nissued={issued_at}\nexpires={expires_at}\n",
            host = one_line(text.host),
            purpose = text.purpose.line(),
            service = one_line(text.service),
            nonce = URL_SAFE_NO_PAD.encode(nonce),
        );
        Self {
            text,
            issued_at,
            expires_at,
        }
    }
}

/// The document that says what a challenge's text says, for programs that sign XML: elements in the place of lines, without
/// white space, namespaces and attributes, in canonical form. `None` when the text is no challenge.
///
/// It is made of the stored text whenever it is needed, so that one stored challenge is answered in either format.
pub fn challenge_document(text: &str) -> Option<String> {
    super::xml::document_of_text(text)
}

/// From when until when a challenge could be answered, by its own text; `None` when it is not written by [`Challenge::write`].
pub(crate) fn life_of(text: &str) -> Option<(Timestamp, Timestamp)> {
    // Some apps on phones sign the base64 text of it, which is accepted as the same (kz-eds §8.1).
    let decoded = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let text = decoded.as_deref().unwrap_or(text);
    let lines: Vec<&str> = text.strip_suffix('\n')?.split('\n').collect();
    let [_, _, _, _, issued, expires] = lines.as_slice() else {
        return None;
    };
    let instant = |line: &str, name| Timestamp::from_rfc3339(line.strip_prefix(name)?).ok();
    Some((instant(issued, "issued=")?, instant(expires, "expires=")?))
}

/// One line of at most a hundred visible characters.
fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if is_layout(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(limits::SERVICE_NAME).collect()
}

/// Characters that break a line, hide text, turn its direction, or cannot stand in XML.
fn is_layout(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use authority::time::minutes;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_262_400_987_654);

    fn write(service: &str, ttl: Duration) -> Challenge {
        let text = ChallengeText {
            host: "id.example.kz",
            purpose: ChallengePurpose::SignIn,
            service,
        };
        Challenge::write(text, NOW, ttl, &mut ChaCha20Rng::seed_from_u64(1))
    }

    #[test]
    fn the_text_says_who_asks_for_what_and_when() {
        let challenge = write("Күнделік", minutes(5));
        let lines: Vec<&str> = challenge.text.lines().collect();
        let [host, purpose, service, nonce, issued, expires] = lines.as_slice() else {
            panic!("six lines")
        };
        assert_eq!(
            (*host, *purpose, *service, *issued, *expires),
            (
                "id.example.kz",
                "Кіру / Вход / Sign-in",
                "service=Күнделік",
                "issued=2026-11-21T12:00:00Z",
                "expires=2026-11-21T12:05:00Z"
            )
        );
        assert_eq!(nonce.len(), "nonce=".len() + 43);
        assert!(challenge.text.ends_with('\n') && !challenge.text.contains('\r'));
        assert_eq!(challenge.expires_at, Timestamp::from_unix_seconds(1_795_262_700));
    }

    #[test]
    fn no_challenge_lives_longer_than_five_minutes() {
        let challenge = write("Diary", minutes(60));
        assert_eq!(challenge.expires_at.since(challenge.issued_at), minutes(5));
        assert_eq!(
            write("Diary", Duration::from_millis(1_900))
                .expires_at
                .since(NOW.whole_seconds())
                .as_secs(),
            1
        );
    }

    #[test]
    fn nonces_differ() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let text = ChallengeText {
            host: "id.example.kz",
            purpose: ChallengePurpose::SignIn,
            service: "Diary",
        };
        let first = Challenge::write(text, NOW, minutes(5), &mut rng);
        assert_ne!(first.text, Challenge::write(text, NOW, minutes(5), &mut rng).text);
    }

    #[test]
    fn a_service_cannot_write_lines_of_its_own() {
        let challenge = write(
            "Diary\nnonce=AAAA\u{2028}issued=2020\r\n\u{202e}yraid\u{200b}",
            minutes(5),
        );
        assert_eq!(challenge.text.lines().count(), 6);
        assert!(challenge.text.contains("service=Diary nonce=AAAA issued=2020 yraid\n"));
    }

    proptest! {
        #[test]
        fn any_service_name_gives_six_lines(service in "(?s).{0,300}") {
            let challenge = write(&service, minutes(5));
            prop_assert_eq!(challenge.text.split('\n').count(), 7);
            prop_assert!(challenge.text.chars().all(|c| c == '\n' || !is_layout(c)));
            prop_assert!(challenge_document(&challenge.text).is_some());
        }
    }
}
