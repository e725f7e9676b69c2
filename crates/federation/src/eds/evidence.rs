//! Records of evidence (CE-15; ETSI EN 319 102-1): what an accepted signature rests on, kept so that years later anybody who
//! trusts the same roots reaches the same verdict, offline, by the checks of the sign-in at the time of the sign-in.
//!
//! | file | what |
//! |---|---|
//! | `record` | what is kept of one signature, in its one written form |
//! | `file` | a record with everything that it names, as `kiru evidence export` writes it |
//! | `object` | what records share, with its digest |
//! | `verify` | reaching the verdict again |
//!
//! A record has a digest, which stands in the audit event of the signature. Signature, certificates, lists and answers prove
//! themselves: whoever changes one of them and the digests has to forge a signature. What is ours alone (ids, the instant
//! within the life of the challenge) is proven by the digest in the audit log.

mod file;
mod object;
mod record;
mod verify;

pub use file::evidence_file;
pub use object::EvidenceObject;
pub use record::{EvidenceAbout, EvidenceRecord};
pub use verify::{EvidenceReading, verify};
