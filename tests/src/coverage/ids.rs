//! Every id that needs a row: the product's requirements, the security rules, the certification checks in scope.

use std::collections::BTreeSet;

/// Product requirements: letter and number together, `A1`.
const PRODUCT: [(&str, u32); 6] = [("A", 8), ("B", 6), ("C", 5), ("D", 6), ("E", 4), ("F", 5)];

/// Security rules and numbered certification demands: family, first, last.
const NUMBERED: [(&str, u32, u32); 30] = [
    ("AZ", 1, 14),
    ("CO", 1, 10),
    ("JT", 1, 14),
    ("TK", 1, 14),
    ("CE", 1, 19),
    ("FE", 1, 14),
    ("OT", 1, 14),
    ("XD", 1, 15),
    ("WA", 1, 12),
    ("DB", 1, 17),
    ("SE", 1, 18),
    ("AC", 1, 16),
    ("AD", 1, 17),
    ("WI", 1, 13),
    ("RL", 1, 10),
    ("OP", 1, 15),
    ("DU", 1, 15),
    ("DG", 1, 7),
    ("OX", 1, 3),
    ("A", 1, 16),
    ("A", 20, 22),
    ("A", 30, 35),
    ("A", 40, 51),
    ("A", 60, 64),
    ("A", 70, 75),
    ("A", 80, 84),
    ("M", 1, 11),
    ("C8", 1, 3),
    ("P", 1, 11),
    ("T", 1, 10),
];

/// Checks of the certification suite with a name of their own, without their prefix `oidcc-`.
const NAMED: [&str; 63] = [
    "server",
    "server-client-secret-post",
    "response-type-missing",
    "idtoken-signature",
    "idtoken-rs256",
    "idtoken-unsigned",
    "alternate-happy-flow",
    "ensure-request-without-nonce-succeeds-for-code-flow",
    "ensure-request-without-nonce-fails",
    "ensure-request-with-unknown-parameter-succeeds",
    "ensure-request-with-valid-pkce-succeeds",
    "ensure-post-request-succeeds",
    "userinfo-get",
    "userinfo-post-header",
    "userinfo-post-body",
    "userinfo-rs256",
    "scope-profile",
    "scope-email",
    "scope-address",
    "scope-phone",
    "scope-all",
    "claims-essential",
    "display-page",
    "display-popup",
    "prompt-login",
    "prompt-none-not-logged-in",
    "prompt-none-logged-in",
    "id-token-hint",
    "max-age-1",
    "max-age-10000",
    "login-hint",
    "ui-locales",
    "claims-locales",
    "ensure-request-with-acr-values-succeeds",
    "ensure-registered-redirect-uri",
    "ensure-redirect-uri-in-authorization-request",
    "redirect-uri-query-OK",
    "redirect-uri-query-mismatch",
    "redirect-uri-query-added",
    "redirect-uri-regfrag",
    "codereuse",
    "codereuse-30seconds",
    "unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "ensure-request-object-with-redirect-uri",
    "request-uri-unsigned",
    "request-uri-signed-rs256",
    "refresh-token",
    "server-rotate-keys",
    "discovery-endpoint-verification",
    "rp-initiated-logout-discovery-endpoint-verification",
    "backchannel-logout-discovery-endpoint-verification",
    "backchannel-rp-initiated-logout",
    "rp-initiated-logout",
    "rp-initiated-logout-no-state",
    "rp-initiated-logout-no-params",
    "rp-initiated-logout-only-state",
    "rp-initiated-logout-no-post-logout-redirect-uri",
    "rp-initiated-logout-bad-post-logout-redirect-uri",
    "rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "rp-initiated-logout-no-id-token-hint",
    "rp-initiated-logout-modified-id-token-hint",
    "rp-initiated-logout-bad-id-token-hint",
];

/// All of them.
pub(super) fn required() -> BTreeSet<String> {
    let product = PRODUCT
        .iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")));
    let numbered = NUMBERED
        .iter()
        .flat_map(|(family, first, last)| (*first..=*last).map(move |number| format!("{family}-{number}")));
    let named = NAMED.iter().map(|name| format!("oidcc-{name}"));
    product.chain(numbered).chain(named).collect()
}
