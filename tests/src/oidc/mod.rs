//! The endpoints, one file for each, through the real router (RFC 6749, OpenID Connect Core, Discovery, RP-Initiated Logout).
