//! Every way in, in every state of the account and of its binding (product A1 to A5, C1, D3; security rules DB-5, DB-13,
//! SE-3, TK-3, AC-5). The rows are the variants of [`Binding`] and the states of an account, the columns those of
//! [`Channel`]; what each cell must say stands in matches without a wildcard, so that a new way or state without its row
//! does not compile. `routes` names the channel of every route of the product, so that a new route without one fails.

mod channels;
mod routes;
mod scene;

use authority::policy::PolicyKey;
use authority::time::hours;
use authority::users::{LockReason, UserState};

use self::scene::Scene;
use crate::harness::{START, TestApp};
use crate::storage::both_databases;

/// An enum with all its variants.
macro_rules! rows {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            const ALL: &[Self] = &[$(Self::$variant,)*];
        }
    };
}

rows! {
    /// What the browser of the cell is to the account, whose tokens a client holds.
    Binding {
        /// The account has no device, and this browser never was one.
        Nothing,
        /// This browser is the device.
        ThisDevice,
        /// Another browser is.
        OtherDevice,
        /// This browser was registered last, and it alone may act.
        ExclusiveToThis,
        /// This browser is a device, and only another one may act.
        ExclusiveToOther,
        /// This browser was the device; its binding ended.
        Ended,
        /// This browser is the device, and no known contact has confirmed the account.
        Provisional,
    }
}

rows! {
    /// A way in, or a way to change who gets in.
    Channel {
        AccessToken,
        Refresh,
        BoundCookie,
        Silent,
        SingleSignOn,
        Cabinet,
        Return,
        Logout,
        StopCode,
        SignIn,
        SharedComputer,
        RegistrationStart,
        RegistrationCommit,
    }
}

/// What a state of an account bars, in the words of its page; nothing for one that is open.
const fn bars(state: UserState) -> Option<&'static str> {
    match state {
        UserState::Invited | UserState::Active => None,
        UserState::Closed { .. } => Some("403 locked_administrator"),
        UserState::Locked { reason, .. } => Some(match reason {
            LockReason::Inactive => "403 locked_inactive",
            LockReason::LeftSchool => "403 locked_left_school",
            LockReason::Own => "403 locked_own",
            LockReason::Administrator | LockReason::Incident => "403 locked_administrator",
        }),
    }
}

/// All states of an account; suspended ones are so for longer than their rest.
fn states() -> Vec<UserState> {
    let at = START.minus(hours(25));
    let locked = LockReason::ALL.map(|reason| UserState::Locked { reason, at });
    let mut states = locked.to_vec();
    states.extend([UserState::Closed { at }, UserState::Invited, UserState::Active]);
    states
}

/// What the person or client is told in this cell.
fn told(channel: Channel, binding: Binding, state: UserState) -> &'static str {
    let (bars, has_session) = (bars(state), has_session(binding));
    match channel {
        Channel::AccessToken => match (bars, counts(binding)) {
            (None, true) => "200",
            (Some(_), _) | (None, false) => "401 invalid_token",
        },
        Channel::Refresh => match (bars, counts(binding)) {
            (None, true) => "200",
            (Some(_), _) | (None, false) => "400 invalid_grant",
        },
        Channel::BoundCookie => match (bars, counts(binding)) {
            (None, true) => "200",
            (Some(_), _) | (None, false) => "410 session_over",
        },
        Channel::Silent => match (bars, has_session) {
            // The device has to prove its key, which takes a page.
            (None, true) => "interaction_required",
            (Some(_), _) | (None, false) => "login_required",
        },
        Channel::SingleSignOn => match (bars, has_session) {
            (None, true) => "continue as",
            (Some(_), _) | (None, false) => "sign in",
        },
        Channel::Cabinet => match (bars, has_session) {
            (None, true) => "cabinet",
            (Some(_), _) | (None, false) => "sign in",
        },
        Channel::Logout => match (bars, has_session) {
            (None, true) => "asked, then signed out",
            (Some(_), _) | (None, false) => "signed out",
        },
        // Whoever holds the code learns nothing of the account.
        Channel::StopCode => "stopped",
        Channel::Return => match state {
            UserState::Locked {
                reason: LockReason::Own,
                ..
            } => match binding {
                // Not while the newest device alone may act: it may be the one that was to be stopped.
                Binding::ExclusiveToThis | Binding::ExclusiveToOther => "403 locked_own",
                Binding::Nothing
                | Binding::ThisDevice
                | Binding::OtherDevice
                | Binding::Ended
                | Binding::Provisional => device_page(binding),
            },
            UserState::Invited | UserState::Active | UserState::Locked { .. } | UserState::Closed { .. } => {
                bars.unwrap_or(device_page(binding))
            }
        },
        Channel::SignIn => bars.unwrap_or(signs_in(binding)),
        Channel::SharedComputer => bars.unwrap_or(shares(binding)),
        Channel::RegistrationStart => bars.unwrap_or(starts(binding)),
        Channel::RegistrationCommit => bars.unwrap_or(commits(binding)),
    }
}

/// Whether tokens that a client holds count.
const fn counts(binding: Binding) -> bool {
    match binding {
        Binding::ThisDevice | Binding::OtherDevice | Binding::ExclusiveToThis | Binding::Provisional => true,
        Binding::Nothing | Binding::ExclusiveToOther | Binding::Ended => false,
    }
}

/// Whether the session of this browser, if it ever had one, counts.
const fn has_session(binding: Binding) -> bool {
    match binding {
        Binding::ThisDevice | Binding::ExclusiveToThis | Binding::Provisional => true,
        Binding::Nothing | Binding::OtherDevice | Binding::ExclusiveToOther | Binding::Ended => false,
    }
}

/// The device page after both stages.
const fn device_page(binding: Binding) -> &'static str {
    match binding {
        Binding::Nothing | Binding::Ended => "200 first device",
        Binding::ThisDevice | Binding::ExclusiveToThis | Binding::Provisional => "200 prove the device",
        Binding::OtherDevice => "403 bound_elsewhere",
        Binding::ExclusiveToOther => "403 only_newest_device",
    }
}

const fn signs_in(binding: Binding) -> &'static str {
    match binding {
        Binding::Nothing | Binding::ThisDevice | Binding::ExclusiveToThis | Binding::Ended | Binding::Provisional => {
            "200 signed in"
        }
        Binding::OtherDevice => "403 bound_elsewhere",
        Binding::ExclusiveToOther => "403 only_newest_device",
    }
}

/// A short session without binding, where the rules have such computers.
const fn shares(binding: Binding) -> &'static str {
    match binding {
        Binding::Nothing | Binding::OtherDevice | Binding::Ended => "200 signed in",
        // Whoever sits at the bound device proves its key; nothing less will do there.
        Binding::ThisDevice | Binding::ExclusiveToThis | Binding::Provisional => "403 bound_elsewhere",
        Binding::ExclusiveToOther => "403 only_newest_device",
    }
}

const fn starts(binding: Binding) -> &'static str {
    match binding {
        Binding::ThisDevice | Binding::OtherDevice => "200 picture",
        // There is nothing to be replaced.
        Binding::Nothing | Binding::Ended => "200 first device",
        // It may act already.
        Binding::ExclusiveToThis => "200 prove the device",
        Binding::ExclusiveToOther => "403 only_newest_device",
        Binding::Provisional => "403 registration_not_now",
    }
}

const fn commits(binding: Binding) -> &'static str {
    match binding {
        Binding::ThisDevice | Binding::OtherDevice => "200 registered",
        // The notice said that a device would be replaced, and there is none: it is shown again.
        Binding::Nothing | Binding::Ended => "200 notice",
        Binding::ExclusiveToThis => "200 prove the device",
        Binding::ExclusiveToOther => "409 only_newest_device",
        Binding::Provisional => "403 registration_not_now",
    }
}

/// What a cell used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uses {
    /// Nothing that [`Scene::puts`] does not bring back.
    Nothing,
    /// The flow, or the binding.
    Scene,
}

/// Whoever signs in or registers has used the scene up.
fn uses(channel: Channel, said: &str) -> Uses {
    match channel {
        Channel::SignIn | Channel::SharedComputer if said == "200 signed in" => Uses::Scene,
        // A wrong answer of the bound device ends the attempt.
        Channel::SharedComputer if said == "403 bound_elsewhere" => Uses::Scene,
        Channel::RegistrationCommit if said == "200 registered" => Uses::Scene,
        Channel::RegistrationStart if said == "200 picture" => Uses::Nothing,
        Channel::AccessToken
        | Channel::Refresh
        | Channel::BoundCookie
        | Channel::Silent
        | Channel::SingleSignOn
        | Channel::Cabinet
        | Channel::Return
        | Channel::Logout
        | Channel::StopCode
        | Channel::SignIn
        | Channel::SharedComputer
        | Channel::RegistrationStart
        | Channel::RegistrationCommit => Uses::Nothing,
    }
}

both_databases! {
    async fn every_way_in_says_what_it_must_in_every_state_of_account_and_binding(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharedComputers, "on").await;
        let raw = db.raw().await;
        let (mut cells, mut wrong) = (0, Vec::new());
        for binding in Binding::ALL {
            let mut scene = Scene::arrange(&app, &raw, *binding).await;
            for state in states() {
                for channel in Channel::ALL {
                    scene.puts(state).await;
                    let said = scene.drives(*channel).await;
                    let must = told(*channel, *binding, state);
                    if said != must {
                        wrong.push(format!("{channel:?}, {binding:?}, {state:?}: {said}, and must be {must}"));
                    }
                    cells += 1;
                    if uses(*channel, &said) == Uses::Scene {
                        scene = Scene::arrange(&app, &raw, *binding).await;
                    }
                }
            }
        }
        raw.close().await.unwrap();
        assert!(wrong.is_empty(), "{} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(cells, Binding::ALL.len() * states().len() * Channel::ALL.len());
    }
}
