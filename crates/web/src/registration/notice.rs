//! R5: what stops, what starts, and until when only the new device works. The hash of what it says comes back with the
//! consent and is kept with the text (security rule DB-7).

use authority::authentication::ChallengePurpose;
use authority::devices::{Device, replaced_by_new};
use authority::ids::DeviceId;
use authority::time::{Timestamp, minutes};
use aws_lc_rs::digest;
use axum::response::Response;
use pages::screens::{ConfirmRegistration, NamedDevice, ProofPurpose, ProofRequest};
use protocol::Problem;
use storage::devices;

use super::Under;
use super::facts::Account;
use crate::device::{self, name, nonce};
use crate::flow::{FlowPage, Place};

/// How long a shown notice may be agreed to.
const NOTICE_TTL: std::time::Duration = minutes(15);

/// Shows R5.
pub(super) async fn show(page: &FlowPage, under: &Under, account: &Account) -> Result<Response, Problem> {
    let live = devices::list_live_for_user(&page.provider().db, account.user.id).await?;
    let nonce = nonce::for_attempt(page, under.attempt.id, ChallengePurpose::DeviceBinding).await?;
    let shown = Shown {
        at: page.now.whole_seconds(),
        live: &live,
    };
    let mut screen = shown.screen(page, account);
    screen.notice = hex(&shown.hash(page, account));
    // The device that will be bound is named after the nonce that binds it.
    screen.proof = ProofRequest {
        device_id: DeviceId::from_uuid(nonce.id.as_uuid()).to_string(),
        nonce: nonce.text,
        purpose: ProofPurpose::Register,
    };
    Ok(page.render(Place::Registration, &screen))
}

/// What a notice depends on.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    /// When it was shown.
    pub(super) at: Timestamp,
    /// The account's live devices.
    pub(super) live: &'a [Device],
}

impl Shown<'_> {
    /// The notice as the person agreed to it: its text, when `hash` is its hash and it was shown a short while ago.
    pub(super) fn agreed(&self, page: &FlowPage, account: &Account, hash: &str) -> Option<(String, [u8; 32])> {
        let fresh = self.at <= page.now && page.now.since(self.at) <= NOTICE_TTL;
        let own = self.hash(page, account);
        (fresh && hash == hex(&own)).then(|| (self.text(page, account), own))
    }

    fn hash(&self, page: &FlowPage, account: &Account) -> [u8; 32] {
        let mut hash = [0_u8; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, self.text(page, account).as_bytes()).as_ref());
        hash
    }

    fn text(&self, page: &FlowPage, account: &Account) -> String {
        let screen = self.screen(page, account);
        page.provider().pages.registration_notice(page.frame().locale, &screen)
    }

    fn screen(&self, page: &FlowPage, account: &Account) -> ConfirmRegistration {
        let policy = &account.policy;
        let replaced = replaced_by_new(self.live, policy.devices_per_account);
        ConfirmRegistration {
            replaced: replaced.into_iter().map(named).collect(),
            new: this_browser(page),
            hours: policy.exclusive_for.as_secs() / 3600,
            until: self.at.plus(policy.exclusive_for),
            notice: String::new(),
            shown_at: self.at.as_unix_seconds(),
            proof: ProofRequest {
                device_id: String::new(),
                nonce: String::new(),
                purpose: ProofPurpose::Register,
            },
        }
    }
}

/// A device as pages show it.
pub(super) fn named(device: &Device) -> NamedDevice {
    NamedDevice {
        kind: name::kind_of(&device.agent),
        name: device.name.clone(),
    }
}

fn this_browser(page: &FlowPage) -> NamedDevice {
    let named = name::of_user_agent(device::user_agent(page));
    NamedDevice {
        name: named.name,
        kind: named.kind,
    }
}

fn hex(hash: &[u8; 32]) -> String {
    storage::audit::hex(hash)
}
