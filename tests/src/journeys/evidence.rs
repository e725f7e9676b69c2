//! What a sign-in rests on is kept, and leads to the same verdict years later, offline (security rule CE-15).

use authority::audit::EventKind;
use authority::time::{days, minutes, seconds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{EdsSettings, EvidenceReading, Inspection, evidence_file, verify_evidence};
use storage::audit::list_for_user;
use storage::evidence;
use testkit::phone::Habit;
use testkit::xml::{XmlLayout, XmlRecipe};

use super::eds::{answers, eds_page};
use super::egov_steps::again;
use crate::harness::{START, TestApp, demo_keys};
use crate::process::deployment::Deployment;
use crate::storage::both_databases;

/// Signs with EDS as far as the SMS code, and gives the file of the evidence.
async fn signed(app: &TestApp) -> Vec<u8> {
    let mut browser = app.browser();
    let choose = browser.open(&app.diary().request(&[])).await;
    let page = browser.press(&choose, "eds").await;
    let signature = app.person("aigerim").signs(&page.data_challenge());
    let answer = browser
        .submit(&page.form("eds-form").with("signature", &signature))
        .await;
    browser.follow(answer).await.expect("code");
    file(app).await
}

/// The file of her latest record.
async fn file(app: &TestApp) -> Vec<u8> {
    let user = app.user("aigerim").await.id;
    let listed = evidence::list_for_user(app.db(), user, 10).await.unwrap();
    let found = evidence::find(app.db(), listed[0].event, app.keyring())
        .await
        .unwrap()
        .unwrap();
    evidence_file(&found.record, &found.objects).unwrap()
}

/// Nothing but the root.
fn anchors() -> EdsSettings {
    let EdsSettings { anchors, .. } = demo_keys().eds_settings(START).unwrap();
    EdsSettings {
        anchors,
        ..EdsSettings::default()
    }
}

fn verify(file: &[u8]) -> Inspection<EvidenceReading> {
    verify_evidence(file, &anchors(), None)
}

/// The file with another record, all digests of which are right again.
fn forged(file: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let text = std::str::from_utf8(file).unwrap();
    let (head, objects) = text.split_once(",\"objects\":").unwrap();
    let (_, record) = head.split_once("\"record\":").unwrap();
    let changed = change(record);
    assert_ne!(changed, record);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, changed.as_bytes());
    let digest = storage::audit::hex(digest.as_ref());
    format!("{{\"digest\":\"{digest}\",\"record\":{changed},\"objects\":{objects}").into_bytes()
}

/// The value of a member of the record, as it is written.
fn member<'a>(file: &'a str, name: &str) -> &'a str {
    let rest = file.split_once(&format!("\"{name}\":")).unwrap().1;
    let end = match rest.as_bytes()[0] {
        b'"' => rest[1..].find('"').unwrap() + 2,
        b'[' => rest.find(']').unwrap() + 1,
        b'{' => rest.find('}').unwrap() + 1,
        _ => rest.find([',', '}']).unwrap(),
    };
    &rest[..end]
}

both_databases! {
    async fn a_sign_in_leaves_evidence_whose_digest_stands_in_its_audit_event(db) {
        let app = TestApp::on(db).await;
        let found = verify(&signed(&app).await);
        assert!(found.ok, "{:?}", found.detail);
        let user = app.user("aigerim").await.id;
        let events = list_for_user(app.db(), user, 100).await.unwrap();
        let passed = events.iter().find(|event| event.kind == EventKind::FirstStagePassed).unwrap();
        let digest = passed.evidence.map(|digest| storage::audit::hex(&digest));
        assert_eq!(found.read.digest, digest);
        assert_eq!(found.read.event, Some(passed.id.to_string()));
        assert_eq!(found.read.purpose.as_deref(), Some("sign_in"));
        assert_eq!(found.read.certificate.iin.as_deref(), Some(testkit::people::DemoPerson::find("aigerim").unwrap().iin));
        assert!(events.iter().all(|event| event.kind == EventKind::FirstStagePassed || event.evidence.is_none()));
    }

    /// Builds of eGov Mobile sign the base64 text of what they fetched (kz-eds §8.1): that text is what was signed.
    async fn a_signature_over_the_base64_text_leaves_evidence_that_verifies(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        assert_eq!(app.acts_on_phone("aigerim", &asked, Habit::SignsText).await.status, 200);
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
        let file = file(&app).await;
        let found = verify(&file);
        assert!(found.ok, "{:?}", found.detail);
        assert_eq!(found.read.challenge.as_deref(), Some(asked.data()), "the text as it was signed");
        // What it stands for was not signed as it is, and another text was not signed at all.
        let decoded = STANDARD.decode(asked.data()).unwrap();
        let decoded = serde_json::to_string(std::str::from_utf8(&decoded).unwrap()).unwrap();
        let twice = serde_json::to_string(&STANDARD.encode(asked.data())).unwrap();
        for other in [decoded, twice] {
            let own = member(std::str::from_utf8(&file).unwrap(), "challenge").to_owned();
            let changed = forged(&file, |record| record.replace(&own, &other));
            assert!(!verify(&changed).ok, "{other}");
        }
    }

    async fn what_proves_no_first_stage_leaves_no_evidence(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let page = browser.press(&choose, "eds").await;
        let signature = app.person("irina").signs(&page.data_challenge());
        browser.submit(&page.form("eds-form").with("signature", &signature)).await.status(422);
        let user = app.user("irina").await.id;
        assert!(evidence::list_for_user(app.db(), user, 10).await.unwrap().is_empty());
    }

    async fn ten_years_later_the_signature_is_refused_and_its_evidence_still_verifies(db) {
        let app = TestApp::on(db).await;
        let file = signed(&app).await;
        let text = String::from_utf8(file.clone()).unwrap();
        let part = |name| serde_json::from_str::<String>(member(&text, name)).unwrap();
        let late = app.now().plus(days(3_650));
        let again = app.state.eds.verify(&part("signature"), part("challenge").as_bytes(), late);
        assert_eq!(again.unwrap_err().code(), "E_EXPIRED");
        assert!(verify(&file).ok);
        assert_eq!(verify(&file).read.certificate.validity.unwrap().state, "valid", "as it stood then");
    }

    async fn a_file_with_any_byte_changed_is_refused(db) {
        let app = TestApp::on(db).await;
        let file = signed(&app).await;
        for position in (0..file.len()).step_by(23).chain([file.len() - 1]) {
            let mut changed = file.clone();
            changed[position] ^= 1;
            let found = verify(&changed);
            assert_eq!(found.reason, Some("E_EVIDENCE"), "byte {position}");
        }
        for (changed, what) in [
            (file[..file.len() - 1].to_vec(), "cut off"),
            ([&file[..], b" "].concat(), "longer"),
            ([b" ", &file[..]].concat(), "indented"),
            (Vec::new(), "empty"),
        ] {
            assert_eq!(verify(&changed).reason, Some("E_EVIDENCE"), "{what}");
        }
    }

    /// Whoever changes the record and the digests has to forge a signature.
    async fn a_record_that_says_what_its_signatures_do_not_is_refused(db) {
        let app = TestApp::on(db).await;
        let file = signed(&app).await;
        let text = String::from_utf8(file.clone()).unwrap();
        // A second sign-in of hers, a minute later: genuine parts in the wrong record.
        app.advance(authority::time::minutes(1));
        let other = String::from_utf8(signed(&app).await).unwrap();
        let swapped = |name: &str| {
            let (own, others) = (member(&text, name).to_owned(), member(&other, name).to_owned());
            forged(&file, |record| record.replace(&own, &others))
        };
        let put = |name: &str, value: &str| {
            let own = format!("\"{name}\":{}", member(&text, name));
            forged(&file, |record| record.replace(&own, &format!("\"{name}\":{value}")))
        };
        let someone = app.person("nurlan").key().certificate.clone();
        let someone = format!("\"{}\"", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, someone));
        for (changed, code, what) in [
            (put("format", "\"kiru-evidence-2\""), "E_EVIDENCE", "format"),
            (put("at_micros", "0"), "E_EVIDENCE", "before the challenge"),
            (put("at_micros", "1895665600000000"), "E_EVIDENCE", "after the challenge"),
            (swapped("challenge"), "E_EVIDENCE", "challenge of another time"),
            (put("challenge", "\"hello\""), "E_EVIDENCE", "no challenge of ours"),
            (swapped("signature"), "E_CONTENT", "signature"),
            (put("signature", "\"AAAA\""), "E_FORMAT", "no signature"),
            (put("certificate", &someone), "E_EVIDENCE", "certificate"),
            (put("path", "[]"), "E_EVIDENCE", "an object that nobody names"),
            (put("lists", "[]"), "E_EVIDENCE", "a list that nobody names"),
            (put("answer", "{\"response\":\"AAAA\",\"grace_seconds\":0}"), "E_STATUS_UNKNOWN", "answer"),
            (put("iin", "\"900315300123\""), "E_EVIDENCE", "person"),
            (put("bin", "\"990640000015\""), "E_EVIDENCE", "organisation"),
            (put("role", "\"head\""), "E_EVIDENCE", "role"),
            (put("suite", "\"gost2004\""), "E_EVIDENCE", "suite"),
        ] {
            let found = verify(&changed);
            assert_eq!(found.reason, Some(code), "{what}: {:?}", found.detail);
        }
        // What is ours alone is proven by the audit event only.
        let renamed = put("event", "\"01900000-0000-7000-8000-000000000001\"");
        assert!(verify(&renamed).ok);
        let digest = verify(&file).read.digest.unwrap();
        assert_eq!(verify_evidence(&renamed, &anchors(), Some(&digest)).reason, Some("E_EVIDENCE"));
        assert!(verify_evidence(&file, &anchors(), Some(&digest)).ok);
    }

    async fn the_roots_are_never_taken_from_the_file(db) {
        let app = TestApp::on(db).await;
        let file = signed(&app).await;
        let stranger = testkit::keys::DemoKeys::generate(START).unwrap().eds_settings(START).unwrap();
        let strange = EdsSettings { anchors: stranger.anchors, ..EdsSettings::default() };
        assert_eq!(verify_evidence(&file, &strange, None).reason, Some("E_CHAIN"));
        assert_eq!(verify_evidence(&file, &EdsSettings::default(), None).reason, Some("E_CHAIN"));
    }

    /// What only narrows the sign-ins of today judges no earlier one.
    async fn switches_that_were_set_since_do_not_judge_an_earlier_signature(db) {
        let app = TestApp::configured(db, "[eds]\nxml = true\n").await;
        let list_age = seconds(1);
        app.advance(days(1));
        let cms = signed(&app).await;
        app.advance(minutes(1));
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let document = String::from_utf8(STANDARD.decode(page.data("document")).unwrap()).unwrap();
        let person = app.person("aigerim");
        let key = person.key();
        let recipe = XmlRecipe::honest(&key.key, &key.certificate, &document, XmlLayout::Compact);
        answers(&mut browser, &page, &recipe.sign().unwrap()).await.expect("code");
        let xml = file(&app).await;
        let strict = EdsSettings {
            crl_max_age: Some(list_age),
            policies: vec![federation::eds::ObjectIdentifier::new("1.2.398.3.3.4.9.9").unwrap()],
            xml: false,
            names_certificate: true,
            ..anchors()
        };
        for (file, what) in [(cms, "CMS"), (xml, "XML")] {
            let found = verify_evidence(&file, &strict, None);
            assert!(found.ok, "{what}: {:?}", found.detail);
            // Whom the check digits and the roots name is not given up.
            assert!(!verify_evidence(&file, &EdsSettings { anchors: vec![], ..strict.clone() }, None).ok, "{what}");
        }
    }

    async fn operators_list_export_and_verify_it_and_the_export_is_audited(db) {
        let app = TestApp::on(db).await;
        let file = signed(&app).await;
        let user = app.user("aigerim").await;
        let operator = Deployment::with_kek(db, app.kek());
        let id = user.id.to_string();
        let (code, listed) = operator.says(&["evidence", "list", &id]);
        let record = evidence::list_for_user(app.db(), user.id, 1).await.unwrap()[0];
        assert!(code == 0 && listed.contains(&format!("event={} attempt={}", record.event, record.attempt)), "{listed}");
        for id in [record.event.to_string(), record.attempt.to_string(), id] {
            let (code, exported) = operator.says(&["evidence", "export", &id, "--reason", "dispute 7"]);
            assert!(code == 0 && exported.contains(std::str::from_utf8(&file).unwrap()), "{exported}");
        }
        let (code, said) = operator.says(&["evidence", "export", "zhumabek-7", "--reason", "dispute 7"]);
        assert_eq!((code, said.contains("zhumabek-7")), (1, false), "what was typed is not repeated");
        let events = list_for_user(app.db(), user.id, 100).await.unwrap();
        let exports: Vec<_> = events.iter().filter(|event| event.kind == EventKind::EvidenceExported).collect();
        assert_eq!(exports.len(), 3);
        let passed = events.iter().find(|event| event.kind == EventKind::FirstStagePassed).unwrap();
        assert!(exports.iter().all(|event| event.reason == "dispute 7" && event.evidence == passed.evidence));

        let folder = tempfile::tempdir().unwrap();
        let (kept, root) = (folder.path().join("evidence.json"), folder.path().join("root.cer"));
        std::fs::write(&kept, &file).unwrap();
        std::fs::write(&root, &anchors().anchors[0].bytes).unwrap();
        let (kept, root) = (kept.to_str().unwrap(), root.to_str().unwrap());
        let output = crate::process::kiru(&["evidence", "verify", kept, "--anchor", root]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && said.contains("\"ok\": true"), "{said}");
        let output = crate::process::kiru(&["evidence", "verify", root, "--anchor", root]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
    }
}
