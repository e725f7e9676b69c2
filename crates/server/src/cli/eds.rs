//! `kiru eds verify|certificate|crl|ocsp FILE`: the checks of a sign-in on a file, and what can be read of it, as one JSON
//! object on standard output. No database is opened, nobody is asked, nothing is kept; numbers of people are printed, because
//! whoever asks has the file.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use federation::eds::{EdsVerifier, Inspection, Terms, TrustFile};
use serde::Serialize;

use super::trust::{self, Trust};
use super::{Failure, say};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Judge a signature over a challenge: CMS in DER, BER, PEM or base64, or a signed XML document.
    Verify {
        #[command(flatten)]
        question: Question,
        /// The text that was to be signed. Without it the text inside the signature is taken.
        #[arg(long, value_name = "FILE")]
        challenge: Option<PathBuf>,
    },
    /// Judge a person's certificate.
    Certificate {
        #[command(flatten)]
        question: Question,
    },
    /// Judge a revocation list.
    Crl {
        #[command(flatten)]
        question: Question,
    },
    /// Judge an answer of an OCSP responder.
    Ocsp {
        #[command(flatten)]
        question: Question,
        /// The certificate that it has to be about.
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
    },
}

/// What is held under the glass, and what it is judged by.
#[derive(Debug, Args)]
pub(super) struct Question {
    /// What is looked at.
    file: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
    /// Answers of responders that may be used instead of lists.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    ocsp: Vec<PathBuf>,
    /// Revocation lists, beside those of the configuration.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    crl: Vec<PathBuf>,
    /// Certificates of issuing authorities, beside those of the configuration.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    intermediate: Vec<PathBuf>,
    /// The time of the judgement, RFC 3339; now when it is left out.
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// The nonce that was sent: an answer with another one is not believed.
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,
    /// Do not ask whether the certificate was withdrawn.
    #[arg(long)]
    no_revocation: bool,
}

/// A list that was given and is of no use.
#[derive(Serialize)]
struct UnusedList {
    file: String,
    problem: String,
}

/// What is printed.
#[derive(Serialize)]
struct Answer<T> {
    #[serde(flatten)]
    inspection: Inspection<T>,
    unused_lists: Vec<UnusedList>,
}

pub(super) fn run(verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Verify { question, challenge } => {
            let glass = Glass::of(question)?;
            let challenge = challenge.as_deref().map(trust::read).transpose()?;
            let text = challenge.as_ref().map(|file| file.bytes.as_slice());
            glass.print(
                glass
                    .verifier
                    .inspect_signature(&glass.file.bytes, text, &glass.terms()),
            )
        }
        Verb::Certificate { question } => {
            let glass = Glass::of(question)?;
            glass.print(glass.verifier.inspect_certificate(&glass.file, &glass.terms()))
        }
        Verb::Crl { question } => {
            let glass = Glass::of(question)?;
            glass.print(glass.verifier.inspect_list(&glass.file, glass.terms().at))
        }
        Verb::Ocsp { question, certificate } => {
            let glass = Glass::of(question)?;
            let certificate = certificate.as_deref().map(trust::read).transpose()?;
            let about = certificate.as_ref();
            glass.print(glass.verifier.inspect_answer(&glass.file.bytes, about, &glass.terms()))
        }
    }
}

/// Everything that was read.
struct Glass {
    file: TrustFile,
    verifier: EdsVerifier,
    answers: Vec<Vec<u8>>,
    nonce: Option<Vec<u8>>,
    at: authority::time::Timestamp,
    revocation: bool,
}

impl Glass {
    fn of(mut question: Question) -> Result<Self, Failure> {
        let file = trust::read(&question.file()?)?;
        let mut settings = question.trust.settings()?;
        settings.intermediates.extend(trust::read_all(&question.intermediate)?);
        settings.crls.extend(trust::read_all(&question.crl)?);
        let answers = trust::read_all(&question.ocsp)?;
        Ok(Self {
            file,
            verifier: trust::verifier(&settings)?,
            answers: answers.into_iter().map(|file| file.bytes).collect(),
            nonce: question.nonce.as_deref().map(trust::hex).transpose()?,
            at: trust::instant(question.at.as_deref())?,
            revocation: !question.no_revocation,
        })
    }

    fn terms(&self) -> Terms<'_> {
        Terms {
            at: self.at,
            answers: &self.answers,
            nonce: self.nonce.as_deref(),
            revocation: self.revocation,
        }
    }

    fn print<T: Serialize>(&self, inspection: Inspection<T>) -> Result<(), Failure> {
        let refused = inspection.detail.clone();
        let unused = self.verifier.crl_problems().iter().map(|problem| UnusedList {
            file: problem.file.clone(),
            problem: problem.fault.to_string(),
        });
        let answer = Answer {
            inspection,
            unused_lists: unused.collect(),
        };
        print(&answer)?;
        refused.map_or(Ok(()), |detail| Err(Failure::Refused(detail)))
    }
}

/// Prints it as one JSON object.
pub(super) fn print(answer: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer);
    say(text.map_err(|error| Failure::broken("the answer cannot be written")(error.into()))?);
    Ok(())
}

impl Question {
    /// The file that is looked at. An option that takes several files takes also the one behind it: when it stands last, and
    /// only one option can have taken it, it is given back.
    fn file(&mut self) -> Result<PathBuf, Failure> {
        if let Some(file) = self.file.take() {
            return Ok(file);
        }
        let lists = [
            &mut self.trust.anchor,
            &mut self.intermediate,
            &mut self.crl,
            &mut self.ocsp,
        ];
        let mut greedy = lists.into_iter().filter(|list| list.len() > 1);
        match (greedy.next(), greedy.next()) {
            (Some(list), None) => list.pop(),
            (Some(_) | None, _) => None,
        }
        .ok_or_else(|| Failure::Usage("FILE is missing; write it before the options".to_owned()))
    }
}
