//! The main job: a diary signs a citizen in with EDS and SMS, on a bound device.

use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn a_citizen_signs_in_with_eds_and_sms_and_binds_the_device(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let back = app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        let id_token = crate::harness::payload(tokens.text("id_token"));
        assert_eq!(id_token["acr"], "urn:kiru:acr:full-bound");
        assert_eq!(id_token["nonce"], "a nonce");
        let userinfo = diary.userinfo(tokens.text("access_token")).await;
        assert_eq!(userinfo.json["device_bound"], true);
        assert_eq!(userinfo.json["certificate_role"], "individual");
        assert_eq!(userinfo.json["sub"], id_token["sub"]);
    }
}
