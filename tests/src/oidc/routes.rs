//! Every route of the protocol is in the table of who may call it, and nothing else answers.

use axum::body::Body;
use http::Method;
use protocol::{Caller, ROUTES};

use crate::harness::TestApp;
use crate::storage::both_databases;

const METHODS: [Method; 6] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

both_databases! {
    async fn the_table_of_routes_is_what_the_router_serves(db) {
        let app = TestApp::on(db).await;
        let client = app.diary();
        let mut paths: Vec<_> = ROUTES.iter().map(|route| route.path).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            for method in METHODS {
                let listed = ROUTES.iter().any(|route| route.path == path && route.method == method);
                let request = client.request_to(method.as_str(), path).body(Body::empty()).unwrap();
                let status = client.send(request).await.status.as_u16();
                assert_eq!(listed, !matches!(status, 404 | 405), "{method} {path}: {status}");
            }
        }
    }

    async fn without_the_callers_proof_no_route_does_anything(db) {
        let app = TestApp::on(db).await;
        let client = app.diary();
        for route in ROUTES {
            let mut request = client.request_to(route.method.as_str(), route.path);
            request = request.header("content-type", "application/x-www-form-urlencoded");
            let status = client.send(request.body(Body::empty()).unwrap()).await.status.as_u16();
            let expected: &[u16] = match route.caller {
                Caller::Anyone => &[200],
                Caller::Client | Caller::TokenHolder => &[401],
                Caller::Browser if route.path == "/logout" => &[200, 303],
                Caller::Browser => &[400],
                Caller::SigningApp => &[404],
            };
            assert!(expected.contains(&status), "{} {}: {status}", route.method, route.path);
        }
    }
}
