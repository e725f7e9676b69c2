//! Authentication: who it is. One attempt runs through two stages and the device; `next_step` decides when one is needed.

mod attempt;
mod challenge;
mod next_step;
mod qr_transaction;
mod sms_code;

pub use attempt::{
    ATTEMPT_TTL, AttemptError, AttemptState, EndReason, FirstFactor, FirstStage, SecondFactor, SecondStage,
    SignInAttempt, achieved,
};
pub use challenge::{Challenge, ChallengeError, ChallengePurpose};
pub use next_step::{Facts, NextStep, SignInReason, next_step};
pub use qr_transaction::{QrError, QrPurpose, QrRefusal, QrState, QrTransaction, QrView, ShortNumber, may_confirm};
pub use sms_code::{CodeDigits, SmsCode, SmsCodeError, SmsCodeMatch};
