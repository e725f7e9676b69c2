//! What a script sees of a process that does not start: exit code and reason (architecture §8).

use std::fs;
use std::net::TcpListener;

use super::deployment::Deployment;
use super::run;
use crate::storage::TestDatabase;

#[tokio::test]
async fn a_taken_port_ends_with_exit_3_naming_the_port() {
    let db = TestDatabase::sqlite().await;
    let deployment = Deployment::on(&db);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let taken_address = taken.local_addr().unwrap();
    for (public, health) in [(taken_address, free), (free, taken_address)] {
        let (code, said) = run(&["serve", "--config", &deployment.config(public, health)]);
        assert_eq!(code, 3, "{said}");
        assert!(
            said.contains(&format!("port {} is taken", taken_address.port())),
            "{said}"
        );
    }
    db.remove().await;
}

#[test]
fn a_broken_configuration_exits_2_with_file_key_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiru.toml");
    let file_name = file.to_str().unwrap();
    let cases = [
        ("[listen]\npublik = \"127.0.0.1:1\"\n", "listen.publik", "unknown key"),
        (
            "[deployment]\nkind = \"demonstration\"\n",
            "deployment.kind",
            "no such kind",
        ),
        ("[tokens]\ncode_ttl = \"2m\"\n", "tokens.code_ttl", ""),
        ("[database]\nurl = \"mysql://db\"\n", "database.url", "must begin with"),
    ];
    for (text, key, reason) in cases {
        fs::write(&file, text).unwrap();
        for command in [["serve"].as_slice(), &["config", "check"]] {
            let (code, said) = run(&[command, &["--config", file_name]].concat());
            assert_eq!(code, 2, "{said}");
            let line = said
                .lines()
                .find(|line| line.contains(&format!("{file_name}: {key}: ")));
            assert!(line.is_some_and(|line| line.contains(reason)), "{key}: {said}");
        }
    }
}

#[test]
fn production_refuses_sqlite_and_a_sandbox_setting_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kiru.toml");
    let text = "[deployment]\nissuer = \"https://id.edu.kz\"\n[database]\nurl = \"sqlite:kiru.db\"\n[sms]\ngateway = \"outbox\"\n";
    fs::write(&file, text).unwrap();
    let (code, said) = run(&["serve", "--config", file.to_str().unwrap()]);
    assert_eq!(code, 2, "{said}");
    for key in [
        "database.url: SQLite keeps one copy",
        "sms.gateway: ",
        "eds.anchors: ",
        "operator.name_kk: ",
    ] {
        assert!(said.contains(key), "{key} in {said}");
    }
    assert!(!folder.path().join("kiru.db").exists());
}
