//! The four classes of failure; log level, metric label and alert follow from the class alone.

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A rule said no: expected, told to the caller.
    Refused,
    /// The caller broke the protocol.
    Misused,
    /// Something outside failed and may work again.
    Transient,
    /// We are wrong.
    Bug,
}

impl Class {
    /// The label in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Misused => "misused",
            Self::Transient => "transient",
            Self::Bug => "bug",
        }
    }
}
