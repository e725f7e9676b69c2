//! A registration that is committed at one server process, against what the other one or a command does to the same account at
//! the same moment (security rules DB-5, DB-9, DB-10, DB-13, AC-4).

use authority::stop_codes::{STOP_CODE_TTL, StopCode, StopDigits};
use authority::users::{LockReason, UserState};
use kiru::chance::chance;
use storage::stop_codes;

use super::kiru;
use super::registration_steps::{First, LOGIN, Pair, has_session, now, signed, without_session};
use crate::harness::{Browser, Form, Page};
use crate::storage::{TestDatabase, both_databases};

/// Rounds in which nothing but chance says who is faster.
const ROUNDS: usize = 6;

impl Pair<'_> {
    /// Another round: an old device with its session, and a new browser whose person is about to agree at the first process.
    async fn before_consent(&self) -> (Browser, (Browser, Form)) {
        self.forgets().await;
        let (old, _) = self.binds(&self.one, &self.one.diary().request(&[])).await;
        let (mut new, page) = self.arrives(&self.one).await;
        let form = self.agreement(&mut new, &page).await;
        (old, (new, form))
    }

    /// The account is locked, and nobody is signed in, whoever was faster.
    async fn is_locked(&self, (reason, marker): (LockReason, &str), (old, mut new): (&Browser, Browser), answer: Page) {
        let state = self.user().await.state;
        assert!(
            matches!(state, UserState::Locked { reason: by, .. } if by == reason),
            "{state:?}"
        );
        self.is_signed_out(old).await;
        self.is_signed_out(&new).await;
        if has_session(&new) {
            // The registration was faster; what it minted is over.
            assert_eq!(self.standing().await, (1, 1, 0));
        } else {
            assert_eq!(self.standing().await, (0, 1, 0));
            let told = new.follow(answer).await;
            told.status(403);
            assert_eq!(told.marker(), marker);
        }
    }
}

/// A stop code of the account, as a message carries it.
async fn stop_digits(db: &TestDatabase, pair: &Pair<'_>) -> StopDigits {
    let digits = StopDigits::mint(&mut chance());
    let code = &StopCode {
        digest: digits.digest(pair.keyring()),
        user_id: pair.user().await.id,
        registration_id: None,
        issued_at: now(),
        expires_at: now().plus(STOP_CODE_TTL),
        used_at: None,
    };
    let kept = db.tx("test", |tx| async move { stop_codes::insert(&tx, code).await });
    assert!(kept.await.unwrap());
    digits
}

both_databases! {
    async fn a_lock_by_command_beside_a_commit_leaves_nobody_signed_in(db) {
        let pair = Pair::starts(db).await;
        for first in First::BOTH {
            let (old, new) = pair.before_consent().await;
            let config = pair.deployment.config(([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into());
            let locks = tokio::task::spawn_blocking(move || {
                kiru(&["people", "lock", LOGIN, "--reason", "incident 7", "--config", &config]).output().unwrap()
            });
            let (answer, new, locked) = pair.commits_against(new, locks, first).await;
            let locked = locked.unwrap();
            assert!(locked.status.success(), "{first:?}: {}", String::from_utf8_lossy(&locked.stderr));
            pair.is_locked((LockReason::Administrator, "locked_administrator"), (&old, new), answer).await;
        }
        pair.stop().await;
    }

    async fn a_stop_code_at_one_process_beside_a_commit_at_the_other_leaves_nobody_signed_in(db) {
        let pair = Pair::starts(db).await;
        for first in First::BOTH {
            let (old, new) = pair.before_consent().await;
            let digits = stop_digits(db, &pair).await;
            let mut anybody = pair.other.browser();
            let page = anybody.get("/stop").await;
            let stop = page.form_of("stop").with("code", &digits.grouped());
            let stops = async move { anybody.submit(&stop).await };
            let (answer, new, stopped) = pair.commits_against(new, stops, first).await;
            stopped.status(200).expect("stopped");
            pair.is_locked((LockReason::Own, "locked_own"), (&old, new), answer).await;
        }
        pair.stop().await;
    }

    async fn after_a_refresh_at_one_process_beside_a_commit_at_the_other_no_token_of_the_old_device_counts(db) {
        let pair = Pair::starts(db).await;
        for round in 0..ROUNDS {
            pair.forgets().await;
            let diary = pair.other.diary();
            let offline = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
            let (mut old, consent) = pair.binds(&pair.one, &offline).await;
            let back = old.submit(&consent.form_of("allow").without("remember")).await;
            let tokens = diary.redeems(&diary.code(back.redirect())).await;
            let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
            let (mut new, page) = pair.arrives(&pair.one).await;
            let form = pair.agreement(&mut new, &page).await;
            assert_eq!(diary.userinfo(access).await.status, 200, "until now everything counts");
            let (registered, refreshed) = if round.is_multiple_of(2) {
                tokio::join!(new.submit(&form), diary.refreshes(refresh))
            } else {
                let (refreshed, registered) = tokio::join!(diary.refreshes(refresh), new.submit(&form));
                (registered, refreshed)
            };
            registered.status(303);
            assert!(has_session(&new));
            assert!(["200", "400 invalid_grant"].contains(&refreshed.summary().as_str()), "{}", refreshed.summary());
            let newer = (refreshed.status == 200).then_some(&refreshed);
            for node in pair.nodes() {
                let diary = node.diary();
                if let Some(newer) = newer {
                    assert_eq!(diary.userinfo(newer.text("access_token")).await.status, 401, "round {round}");
                    assert_eq!(diary.refreshes(newer.text("refresh_token")).await.summary(), "400 invalid_grant", "round {round}");
                }
                assert_eq!(diary.userinfo(access).await.status, 401, "round {round}");
                assert_eq!(diary.refreshes(refresh).await.summary(), "400 invalid_grant", "round {round}");
            }
            assert_eq!(pair.standing().await, (1, 1, 1), "round {round}");
        }
        pair.stop().await;
    }

    async fn a_sign_in_of_the_old_device_at_one_process_loses_against_a_commit_at_the_other(db) {
        let pair = Pair::starts(db).await;
        for first in First::BOTH {
            pair.forgets().await;
            let (old, _) = pair.binds(&pair.one, &pair.one.diary().request(&[])).await;
            let mut returning = pair.other.adopt(&without_session(&old));
            let page = pair.comes_to_device(&mut returning, &pair.other.diary().request(&[])).await;
            assert_eq!(page.data("purpose"), "sign_in");
            let (mut new, elsewhere) = pair.arrives(&pair.one).await;
            let form = pair.agreement(&mut new, &elsewhere).await;
            let proof = signed(&page, &returning.keys[&page.data("device-id")]);
            let proof = page.form_of("continue").with("proof", &proof);
            let proves = async move { (returning.submit(&proof).await, returning) };
            let (registered, new, (answer, mut returning)) = pair.commits_against((new, form), proves, first).await;
            registered.status(303);
            assert!(has_session(&new), "{first:?}");
            assert_eq!(pair.standing().await, (1, 1, 1), "{first:?}: the session of the new device");
            pair.is_signed_out(&old).await;
            pair.is_signed_out(&returning).await;
            if !has_session(&returning) {
                let told = returning.follow(answer).await;
                told.status(403);
                assert_eq!(told.marker(), "only_newest_device", "{first:?}");
            }
        }
        pair.stop().await;
    }
}
