//! The arrows between crates (docs/ARCHITECTURE.md): who may import whom.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every workspace package and the workspace packages its product code may import. Fewer is fine; more is not.
const ARROWS: &[(&str, &[&str])] = &[
    ("kiru-authority", &[]),
    ("kiru-gost", &[]),
    ("kiru-jose", &["kiru-authority"]),
    ("kiru-outbound", &["kiru-authority"]),
    ("kiru-pages", &["kiru-authority"]),
    ("kiru-migrations", &[]),
    ("kiru-messaging", &["kiru-authority", "kiru-outbound"]),
    (
        "kiru-federation",
        &["kiru-authority", "kiru-gost", "kiru-jose", "kiru-outbound"],
    ),
    ("kiru-storage", &["kiru-authority", "kiru-migrations"]),
    (
        "kiru-protocol",
        &[
            "kiru-authority",
            "kiru-federation",
            "kiru-jose",
            "kiru-messaging",
            "kiru-outbound",
            "kiru-pages",
            "kiru-storage",
        ],
    ),
    (
        "kiru-web",
        &[
            "kiru-authority",
            "kiru-federation",
            "kiru-jose",
            "kiru-messaging",
            "kiru-pages",
            "kiru-protocol",
            "kiru-storage",
        ],
    ),
    (
        "kiru-jobs",
        &[
            "kiru-authority",
            "kiru-federation",
            "kiru-jose",
            "kiru-messaging",
            "kiru-outbound",
            "kiru-protocol",
            "kiru-storage",
        ],
    ),
    (
        "kiru-testkit",
        &[
            "kiru-authority",
            "kiru-federation",
            "kiru-gost",
            "kiru-jose",
            "kiru-messaging",
        ],
    ),
    (
        "kiru",
        &[
            "diary",
            "kiru-authority",
            "kiru-federation",
            "kiru-jobs",
            "kiru-jose",
            "kiru-messaging",
            "kiru-migrations",
            "kiru-outbound",
            "kiru-pages",
            "kiru-protocol",
            "kiru-storage",
            "kiru-testkit",
            "kiru-web",
        ],
    ),
    ("diary", &[]),
];

/// Libraries that only some crates may know.
const KEPT_TO: &[(&str, &[&str])] = &[
    (
        "axum",
        &[
            "kiru-protocol",
            "kiru-web",
            "kiru-pages",
            "kiru",
            "kiru-testkit",
            "diary",
        ],
    ),
    ("sea-orm", &["kiru-storage", "kiru-testkit"]),
    ("sea-orm-migration", &["kiru-migrations"]),
    ("reqwest", &["kiru-outbound", "diary"]),
    ("maxminddb", &["kiru-web"]),
    (
        "tokio",
        &[
            "kiru-outbound",
            "kiru-messaging",
            "kiru-federation",
            "kiru-storage",
            "kiru-protocol",
            "kiru-web",
            "kiru-jobs",
            "kiru",
            "kiru-testkit",
            "diary",
        ],
    ),
];

fn manifest() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Product dependencies (normal and build) of each workspace package, by package name.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = manifest();
    let packages = manifest["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let names = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

#[test]
fn crates_import_only_along_the_arrows() {
    let dependencies = dependencies();
    let ours: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    for (package, names) in &dependencies {
        if package == "kiru-tests" {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| name == package)
            .unwrap_or_else(|| panic!("{package} has no arrows"));
        for name in names.iter().filter(|name| ours.contains(name.as_str())) {
            assert!(allowed.contains(&name.as_str()), "{package} must not import {name}");
        }
    }
}

#[test]
fn some_libraries_stay_in_their_crates() {
    for (package, names) in dependencies() {
        for (library, crates) in KEPT_TO {
            let allowed = package == "kiru-tests" || crates.contains(&package.as_str());
            assert!(
                allowed || !names.contains(*library),
                "{package} must not import {library}"
            );
        }
    }
}

#[test]
fn no_crate_reaches_another_version_of_tls() {
    let lock = include_str!("../../Cargo.lock");
    for library in ["openssl-sys", "native-tls"] {
        assert!(
            !lock.contains(&format!("name = \"{library}\"")),
            "{library} is in the lock file"
        );
    }
}
