//! Challenges are kept nowhere: they carry their instant and a keyed digest over what they are for and the digest of the
//! session's present cookie. Whoever knows a session's id can ask for as many as they like without a row being written.
//! One that was used well is over, because the cookie it rests on was replaced, or the key was bound.

use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

/// What a challenge is good for; one of one use is nothing for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// To bind a key.
    Registration,
    /// To get the next cookie.
    Refresh,
}

impl Use {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Registration => b"dbsc registration",
            Self::Refresh => b"dbsc refresh",
        }
    }
}

/// A challenge for the session whose present cookie has this digest.
pub(super) fn mint(keyring: &Keyring, purpose: Use, cookie: &TokenDigest, now: Timestamp) -> String {
    let at = now.as_micros().to_be_bytes();
    let digest = digest(keyring, purpose, cookie, at);
    URL_SAFE_NO_PAD.encode([&at[..], digest.as_bytes()].concat())
}

/// Whether it was made by us for this session, its present cookie and this use, and no longer than `life` ago.
pub(super) fn is_open(
    text: &str,
    (keyring, life): (&Keyring, Duration),
    (purpose, cookie): (Use, &TokenDigest),
    now: Timestamp,
) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let Some((at, made)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let Ok(made) = <[u8; 32]>::try_from(made) else {
        return false;
    };
    let made_at = Timestamp::from_micros(i64::from_be_bytes(*at));
    digest(keyring, purpose, cookie, *at).matches(&TokenDigest::from_bytes(made))
        && made_at <= now
        && now < made_at.plus(life)
}

fn digest(keyring: &Keyring, purpose: Use, cookie: &TokenDigest, at: [u8; 8]) -> TokenDigest {
    keyring.digest_list(Purpose::Challenge, &[purpose.label(), cookie.as_bytes(), &at])
}

#[cfg(test)]
mod tests {
    use authority::secret::Kek;
    use authority::time::minutes;
    use proptest::prelude::*;

    use super::*;

    const LIFE: Duration = minutes(5);
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    fn keyring(kek: &str) -> Keyring {
        Keyring::derive(&Kek::from_base64(kek).unwrap()).unwrap()
    }

    fn ours() -> Keyring {
        keyring("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    const COOKIE: TokenDigest = TokenDigest::from_bytes([7; 32]);

    #[test]
    fn a_challenge_is_open_until_its_life_is_over() {
        let text = mint(&ours(), Use::Refresh, &COOKIE, NOW);
        let open = |now| is_open(&text, (&ours(), LIFE), (Use::Refresh, &COOKIE), now);
        assert!(open(NOW) && open(NOW.plus(LIFE).minus(Duration::from_micros(1))));
        assert!(!open(NOW.plus(LIFE)));
        assert!(!open(NOW.minus(Duration::from_micros(1))), "from a clock ahead of ours");
    }

    #[test]
    fn another_use_cookie_or_deployment_opens_nothing() {
        let text = mint(&ours(), Use::Refresh, &COOKIE, NOW);
        let other = TokenDigest::from_bytes([8; 32]);
        let elsewhere = keyring("//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA=");
        assert!(!is_open(&text, (&ours(), LIFE), (Use::Registration, &COOKIE), NOW));
        assert!(!is_open(&text, (&ours(), LIFE), (Use::Refresh, &other), NOW));
        assert!(!is_open(&text, (&elsewhere, LIFE), (Use::Refresh, &COOKIE), NOW));
    }

    #[test]
    fn an_altered_instant_opens_nothing() {
        let text = mint(&ours(), Use::Refresh, &COOKIE, NOW);
        let later = mint(&ours(), Use::Refresh, &COOKIE, NOW.plus(minutes(4)));
        let mixed = format!("{}{}", &later[..10], &text[10..]);
        assert!(!is_open(
            &mixed,
            (&ours(), LIFE),
            (Use::Refresh, &COOKIE),
            NOW.plus(minutes(4))
        ));
    }

    proptest! {
        #[test]
        fn any_text_opens_nothing(text in "[A-Za-z0-9_-]{0,60}|\\PC{0,60}") {
            prop_assert!(!is_open(&text, (&ours(), LIFE), (Use::Refresh, &COOKIE), NOW));
        }
    }
}
