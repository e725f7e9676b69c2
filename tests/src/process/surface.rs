//! What a process shows of itself: on each of its addresses, and in its log.

use http::Request;
use serde_json::Value;

use super::deployment::Deployment;
use super::minting::signed_in;
use super::wire::{ask, status_of};
use crate::harness::{ISSUER, VERIFIER};
use crate::storage::both_databases;

both_databases! {
    async fn health_has_an_address_of_its_own(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        for path in ["/", "/jwks", "/authorize", "/token", "/userinfo", "/.well-known/openid-configuration", "/live/", "/ready/x"] {
            assert_eq!(status_of(node.health, path).await, 404, "{path}");
        }
        for path in ["/live", "/ready"] {
            assert_eq!(node.diary().get(path).await.status, 404, "{path}");
        }
        node.stops().await;
    }

    async fn answers_carry_the_date(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let host = ISSUER.trim_start_matches("https://");
        for path in ["/userinfo", "/jwks", "/help"] {
            let request = Request::get(path).header("host", host).body(axum::body::Body::empty()).unwrap();
            let Ok(answer) = ask(node.public, request).await else { panic!("no answer from {path}") };
            // RFC 9110 §6.6.1: `Tue, 15 Nov 1994 08:12:31 GMT`.
            let date = answer.headers()["date"].to_str().unwrap();
            assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
        }
        node.stops().await;
    }

    async fn the_log_is_json_and_holds_no_secret(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let (browser, code) = signed_in(&node, "asel").await;
        let diary = node.diary();
        let tokens = diary.redeems(&code).await;
        let access_token = tokens.text("access_token").to_owned();
        diary.userinfo(&access_token).await;
        diary.redeems(&code).await;
        diary.userinfo(&access_token).await;

        let mut secrets = vec![code, access_token, tokens.text("id_token").to_owned(), VERIFIER.to_owned(), diary.secret.clone()];
        secrets.extend(browser.jar.values().filter(|value| value.len() >= 43).cloned());
        assert!(secrets.len() >= 8, "flow, device and session cookie among them");
        let log = node.said();
        for secret in &secrets {
            assert!(!log.contains(secret.as_str()), "{secret} in the log");
        }
        assert!(!log.contains("\"asel\"") && !log.contains("a state"), "{log}");

        let lines: Vec<Value> = log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            assert!(["timestamp", "level", "target", "message"].iter().all(|member| line[member].is_string()), "{line}");
        }
        let routes: Vec<_> = lines.iter().filter_map(|line| line["route"].as_str()).collect();
        assert!(routes.contains(&"/token") && routes.contains(&"/flow/{id}/confirm"), "{routes:?}");
        // The program the test is run from says two lines of its own.
        let others: Vec<_> = log.lines().filter(|line| !line.starts_with('{') && !line.is_empty() && *line != "running 1 test").collect();
        assert!(others.is_empty(), "{others:?}");
        node.stops().await;
    }
}
