//! The keys of `[eds]` with their meaning.

use super::super::keys::{Key, Section};

pub(in super::super) static SECTION: Section = Section {
    name: "eds",
    meaning: "Sign-in with an electronic digital signature. Files are PEM or DER.",
    keys: &[
        Key {
            name: "profile",
            standard: "",
            meaning: "A known centre whose authorities and roles are built in: `nca-rk`, the National Certification Authority of Kazakhstan, or `nca-rk-test`, its test contour, which production refuses. Instead of `anchors` and `intermediates`. Production needs one or the other.",
        },
        Key {
            name: "anchors",
            standard: "[]",
            meaning: "Root certificates that a path may end in, of a centre without a profile. Authorities of the test contour are refused in production, and nowhere stand beside others of the national centre.",
        },
        Key {
            name: "intermediates",
            standard: "[]",
            meaning: "Certificates of the issuing authorities below the roots.",
        },
        Key {
            name: "roles",
            standard: "",
            meaning: "Which extended key usages name which role, as `OID=word` with the words individual, head, signatory, financial_signatory, human_resources, employee, organisation, system. Default: the table of the national centre.",
        },
        Key {
            name: "policies",
            standard: "[]",
            meaning: "Certificate policies (OIDs) of which one has to hold along the path; any when empty.",
        },
        Key {
            name: "legacy_gost",
            standard: "false",
            meaning: "Whether GOST 34.310-2004 counts in signatures, certificates, lists and answers. Obsolete since June 2025.",
        },
        Key {
            name: "crls",
            standard: "[]",
            meaning: "Revocation lists of roots and issuing authorities. What no fresh list covers is refused.",
        },
        Key {
            name: "crl_urls",
            standard: "",
            meaning: "Default: those of the profile, none without one. Addresses of revocation lists, complete ones and lists of changes (delta) alike; fetched by one node in the background, used by all. Plain http is allowed: lists are signed. Never taken from a certificate.",
        },
        Key {
            name: "crl_refresh",
            standard: "\"10m\"",
            meaning: "How often each address of `crl_urls` is asked for a newer list; 1m to 1d.",
        },
        Key {
            name: "ocsp",
            standard: "",
            meaning: "Default: those of the profile, none without one. Addresses of responders (OCSP) that are asked about a certificate at each sign-in, in this order, before the lists; all within 3 s. Plain http is allowed: answers are signed.",
        },
        Key {
            name: "ocsp_max_age",
            standard: "\"5m\"",
            meaning: "How old an answer without `nextUpdate` may be, and how long it is remembered; 1s to 5m.",
        },
        Key {
            name: "ocsp_nonce",
            standard: "true",
            meaning: "Whether an answer must repeat our nonce. `false` believes a fresh answer without one; another nonce is never believed.",
        },
        Key {
            name: "ocsp_grace",
            standard: "\"0s\"",
            meaning: "How much longer a remembered good answer counts while neither a responder answers nor a list is fresh; 0s (off) to 1h.",
        },
        Key {
            name: "crl_max_age",
            standard: "\"7d\"",
            meaning: "The oldest list that still counts for people's certificates, even when its own nextUpdate is later; 1h to 180d. Lists of the authorities above the issuing one count until their nextUpdate.",
        },
        Key {
            name: "iin_checksum",
            standard: "true",
            meaning: "Whether the check digit of an IIN must be right. Certificates of the national test contour fail it; production refuses `false`.",
        },
        Key {
            name: "ncalayer_address",
            standard: "\"wss://127.0.0.1:13579\"",
            meaning: "The one address that the sign-in page may connect to. Fixed in production.",
        },
        Key {
            name: "challenge_ttl",
            standard: "\"5m\"",
            meaning: "How long a challenge may be signed; 30s to 5m.",
        },
        Key {
            name: "xml",
            standard: "false",
            meaning: "Whether a signed XML document is accepted beside CMS, for programs that sign nothing else.",
        },
        Key {
            name: "names_certificate",
            standard: "false",
            meaning: "Whether a signature must name its own certificate among what it signs (RFC 5035); when it does, the name always has to be right. Not with `xml`, which names none.",
        },
    ],
};
