//! S3 in all its states, and what leads there.

use authority::time::{Timestamp, minutes};
use kiru_pages::screens::{
    ChooseWay, NoPhone, NumberNotServed, PhoneClosed, PhoneLinks, PhonePurpose, PhoneRefusal, PhoneState, QrPicture,
    SignOnPhone, TooManyCodes,
};

use super::{Place, Specimen, now, specimen};

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let waiting = || SignOnPhone {
        qr: QrPicture::of("mobileSign:https://id.kiru.example/egov/nUQ0cZ1xq5mJt1c0G8hZyW2dXU9oPpLr4sTnVEaKxYc"),
        ..phone(PhoneState::Waiting)
    };
    let on_phone = SignOnPhone {
        on_phone: true,
        ..waiting()
    };
    let confirm = SignOnPhone {
        purpose: PhonePurpose::Confirm,
        ..waiting()
    };
    let mut all = vec![
        specimen(
            "s1-phone",
            Place::Flow,
            ChooseWay {
                eds_was_last: false,
                on_phone: true,
                egov: true,
                test_way: false,
            },
        ),
        specimen("s3", Place::Flow, waiting()),
        specimen("s3-phone", Place::Flow, on_phone),
        specimen("s3-confirm", Place::Flow, confirm),
    ];
    for (name, state) in [
        ("s3-scanned", PhoneState::Scanned),
        ("s3-signed", PhoneState::Signed),
        ("s3-declined", PhoneState::Declined),
        ("s3-expired", PhoneState::Expired),
        ("s3-many", PhoneState::TooMany),
    ] {
        all.push(specimen(name, Place::Flow, phone(state)));
    }
    all.extend(refused());
    all.extend(without_messages());
    all
}

/// Where no code can be sent or typed, and where the phone itself is closed.
fn without_messages() -> Vec<Specimen> {
    let until = now().plus(minutes(15));
    let x2 = TooManyCodes {
        until,
        registration: false,
        egov: true,
    };
    let not_served = NumberNotServed {
        phone: String::from("+4 ••• ••• 01 23"),
        egov: true,
    };
    vec![
        specimen("s11-egov", Place::Flow, NoPhone { egov: true }),
        specimen("s11-not-served-egov", Place::Flow, not_served),
        specimen("x2-egov", Place::Flow, x2),
        specimen("s3-closed", Place::Flow, PhoneClosed { until: Some(until) }),
        specimen("s3-closed-for-good", Place::Flow, PhoneClosed { until: None }),
    ]
}

fn refused() -> Vec<Specimen> {
    let date = Timestamp::from_unix_seconds(1_789_000_000);
    let refusals = [
        ("s3-not-verified", PhoneRefusal::NotVerified),
        ("s3-key-expired", PhoneRefusal::Expired { date }),
        ("s3-not-yet", PhoneRefusal::NotYetValid { date }),
        ("s3-revoked", PhoneRefusal::Revoked { date }),
        ("s3-kind", PhoneRefusal::WrongKind),
        ("s3-centre", PhoneRefusal::UnknownCentre),
        ("s3-later", PhoneRefusal::TryLater { at: now() }),
        ("s3-other-person", PhoneRefusal::OtherPerson),
        ("s3-stopped", PhoneRefusal::Stopped { date }),
        ("s3-shared", PhoneRefusal::Shared { date }),
        ("s3-withdrawn", PhoneRefusal::Withdrawn),
    ];
    let shown = refusals.map(|(name, refusal)| specimen(name, Place::Flow, phone(PhoneState::Refused { refusal })));
    let again = |name, refusal| {
        let screen = SignOnPhone {
            purpose: PhonePurpose::Confirm,
            ..phone(PhoneState::Refused { refusal })
        };
        specimen(name, Place::Flow, screen)
    };
    let mut all: Vec<Specimen> = shown.into();
    all.push(again("s3-same-key", PhoneRefusal::SameKey));
    all.push(again("s3-confirm-other", PhoneRefusal::OtherPerson));
    all
}

fn phone(state: PhoneState) -> SignOnPhone {
    SignOnPhone {
        purpose: PhonePurpose::SignIn,
        state,
        live: Some(String::from("0beef1:waiting")),
        qr: None,
        links: Some(PhoneLinks {
            citizens: String::from("https://m.egov.kz/mobileSign?link=https%3A%2F%2Fid.kiru.example%2Fegov%2Fn"),
            business: Some(String::from(
                "https://egovbusiness.page.link/?link=https%3A%2F%2Fid.kiru.example%2Fegov%2Fn",
            )),
        }),
        number: Some(String::from("42")),
        until: Some(now().plus(minutes(5))),
        on_phone: false,
        host: String::from("id.kiru.example"),
    }
}
