//! Delivering logout tokens to clients that answer, refuse, hang, redirect, are down (Back-Channel Logout §2.5, §2.8; SE-12).

use std::time::Duration;

use authority::audit::EventKind;
use authority::clients::{BackchannelLogout, BackchannelLogoutUri, Client, ClientId};
use authority::ids::SessionId;
use authority::time::{Timestamp, hours, minutes, seconds};
use jobs::{Delivery, LogoutDelivery};
use outbound::{Outbound, Settings};
use protocol::logout::{Ended, KIND, tell_clients};
use storage::outbox::{self, Share};
use storage::{Db, audit, clients, sessions, users};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::harness::{Behaviour, LogoutEndpoint, TestApp, payload};
use crate::storage::both_databases;
use crate::storage::fixtures::{Standing, grant, insert_standing, session};

/// A deployment and a client that is told of endings.
struct Place {
    app: TestApp,
    endpoint: LogoutEndpoint,
}

impl Place {
    async fn on(db: &Db) -> Self {
        Self {
            app: TestApp::on(db).await,
            endpoint: LogoutEndpoint::up().await,
        }
    }

    /// A session in which the client of this endpoint was given something.
    async fn session(&self, endpoint: &LogoutEndpoint) -> Standing {
        let standing = insert_standing(self.app.db(), false).await;
        let told = told(&standing.client, endpoint);
        let (told, now) = (&told, self.app.now());
        let db = self.app.db();
        db.tx("test", |tx| async move { clients::record(&tx, told, now).await })
            .await
            .unwrap();
        standing
    }

    /// The session ends, as every ending does it.
    async fn ends(&self, standing: &Standing) {
        let (app, user) = (&self.app, standing.user.id);
        let ended = app.db().tx("test", |tx| async move {
            users::lock(&tx, user).await?;
            tell_clients(&tx, &app.state.provider, Ended::AllOf(user)).await?;
            users::raise_epoch(&tx, user).await
        });
        ended.await.unwrap();
    }

    async fn ended_session(&self) -> Standing {
        let standing = self.session(&self.endpoint).await;
        self.ends(&standing).await;
        standing
    }

    async fn round(&self) -> Vec<Delivery> {
        self.app.jobs.logout.round().await.unwrap()
    }

    /// Whether the client was told, in the end, of this session.
    fn was_told_of(&self, session: SessionId) -> bool {
        let tokens = self.endpoint.tokens();
        tokens.iter().any(|token| payload(token)["sid"] == session.to_string())
    }

    /// What the audit log says of deliveries that were given up.
    async fn given_up(&self, standing: &Standing) -> Vec<(String, Option<ClientId>, Option<SessionId>)> {
        let events = audit::list_for_user(self.app.db(), standing.user.id, 100)
            .await
            .unwrap();
        let undelivered = events
            .into_iter()
            .filter(|event| event.kind == EventKind::LogoutUndelivered);
        undelivered
            .map(|event| (event.reason, event.client_id, event.session_id))
            .collect()
    }
}

fn told(client: &Client, endpoint: &LogoutEndpoint) -> Client {
    Client {
        backchannel_logout: Some(BackchannelLogout {
            uri: BackchannelLogoutUri::parse(&endpoint.uri()).unwrap(),
            session_required: true,
        }),
        ..client.clone()
    }
}

/// Claims what is due and says no more, as a node does that is killed.
async fn claimed_by_a_node_that_dies(db: &Db, now: Timestamp) -> usize {
    let claimed = db.tx("test", |tx| async move {
        let share = Share {
            except: &[],
            of_one_lane: 10,
            limit: 10,
        };
        outbox::claim_in_lanes(&tx, KIND, now, now.plus(seconds(15)), share).await
    });
    claimed.await.unwrap().len()
}

both_databases! {
    async fn a_client_that_answers_is_told_once(db) {
        let place = Place::on(db).await;
        let standing = place.ended_session().await;
        assert_eq!(place.round().await, [Delivery::Told]);
        assert!(place.was_told_of(standing.session.id));
        place.app.advance(hours(1));
        assert_eq!(place.round().await, []);
        for status in [201, 204] {
            place.endpoint.now(Behaviour::Answers(status));
            place.ended_session().await;
            assert_eq!(place.round().await, [Delivery::Told], "{status}");
        }
    }

    async fn a_client_that_is_down_is_told_when_it_is_up_again(db) {
        let place = Place::on(db).await;
        place.endpoint.goes_down().await;
        let standing = place.ended_session().await;
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(place.round().await, [Delivery::Failed]);
            place.app.advance(seconds(wait) - Duration::from_micros(1));
            assert_eq!(place.round().await, [], "not before {wait} seconds");
            place.app.advance(Duration::from_micros(1));
        }
        place.endpoint.comes_up().await;
        assert_eq!(place.round().await, [Delivery::Told]);
        assert!(place.was_told_of(standing.session.id));
        assert!(place.given_up(&standing).await.is_empty());
    }

    async fn a_client_that_fails_for_a_day_is_given_up_and_the_log_says_so(db) {
        let place = Place::on(db).await;
        place.endpoint.now(Behaviour::Answers(503));
        let standing = place.ended_session().await;
        assert_eq!(place.round().await, [Delivery::Failed]);
        place.app.advance(hours(24) - seconds(1));
        assert_eq!(place.round().await, [Delivery::Failed]);
        place.app.advance(minutes(5));
        assert_eq!(place.round().await, [Delivery::GivenUp]);
        place.app.advance(hours(24));
        assert_eq!(place.round().await, []);
        assert_eq!(place.endpoint.posted().len(), 3);
        let expected = ("no_answer".to_owned(), Some(standing.client.id.clone()), Some(standing.session.id));
        assert_eq!(place.given_up(&standing).await, [expected]);
    }

    async fn a_client_that_refuses_is_not_asked_again(db) {
        let place = Place::on(db).await;
        place.endpoint.now(Behaviour::Answers(400));
        let standing = place.ended_session().await;
        assert_eq!(place.round().await, [Delivery::Refused]);
        place.app.advance(hours(1));
        assert_eq!(place.round().await, []);
        assert_eq!(place.endpoint.posted().len(), 1);
        assert_eq!(place.given_up(&standing).await[0].0, "refused");
    }

    async fn every_other_answer_is_a_failure_and_no_redirect_is_followed(db) {
        let place = Place::on(db).await;
        place.ended_session().await;
        for behaviour in [
            Behaviour::Answers(401),
            Behaviour::Answers(404),
            Behaviour::Answers(429),
            Behaviour::Answers(500),
            Behaviour::Redirects("/elsewhere"),
        ] {
            place.endpoint.now(behaviour);
            assert_eq!(place.round().await, [Delivery::Failed], "{behaviour:?}");
            place.app.advance(minutes(5));
        }
        place.endpoint.now(Behaviour::AnswersAtLength);
        assert_eq!(place.round().await, [Delivery::Told], "nothing of the answer but its status is read");
        assert!(place.endpoint.posted().iter().all(|posted| posted.path == "/logout"));
    }

    async fn a_client_that_hangs_is_left_alone_in_time(db) {
        let place = Place::on(db).await;
        place.endpoint.now(Behaviour::Hangs);
        place.ended_session().await;
        let settings = Settings { reach_private_networks: true, timeout: Duration::from_millis(300), ..Settings::default() };
        let impatient = LogoutDelivery::new(place.app.state.provider.clone(), Outbound::new(settings).unwrap());
        assert_eq!(impatient.round().await.unwrap(), [Delivery::Failed]);
        assert_eq!(Settings::default().timeout, Duration::from_secs(5), "what a deployment has");
    }

    async fn a_client_inside_is_not_reached_where_the_guard_is_closed(db) {
        let place = Place::on(db).await;
        place.ended_session().await;
        let guarded = LogoutDelivery::new(place.app.state.provider.clone(), Outbound::new(Settings::default()).unwrap());
        assert_eq!(guarded.round().await.unwrap(), [Delivery::Failed]);
        assert!(place.endpoint.posted().is_empty());
    }

    async fn each_try_has_a_token_of_its_own(db) {
        let place = Place::on(db).await;
        place.endpoint.now(Behaviour::Answers(503));
        place.ended_session().await;
        place.round().await;
        place.app.advance(hours(3));
        place.endpoint.now(Behaviour::Answers(200));
        place.round().await;
        let [first, second] = place.endpoint.tokens().try_into().unwrap();
        let (first, second) = (payload(&first), payload(&second));
        assert_ne!(first["jti"], second["jti"]);
        assert_eq!(second["iat"], place.app.now().as_unix_seconds(), "made when it leaves, hours after the end");
    }

    async fn two_nodes_deliver_once(db) {
        let place = Place::on(db).await;
        for _ in 0..8 {
            place.ended_session().await;
        }
        let other = place.app.another_node(db.another().await).await;
        let mut deliveries = 0;
        for _ in 0..2 {
            let (here, there) = tokio::join!(place.app.jobs.logout.round(), other.jobs.logout.round());
            deliveries += here.unwrap().len() + there.unwrap().len();
        }
        assert_eq!(deliveries, 8);
        assert_eq!(place.endpoint.posted().len(), 8);
        other.db().clone().close().await.unwrap();
    }

    async fn what_a_node_claimed_and_lost_is_delivered_by_another(db) {
        let place = Place::on(db).await;
        let standing = place.ended_session().await;
        assert_eq!(claimed_by_a_node_that_dies(db, place.app.now()).await, 1);
        assert_eq!(place.round().await, [], "the other may still be calling");
        place.app.advance(seconds(16));
        assert_eq!(place.round().await, [Delivery::Told]);
        assert!(place.was_told_of(standing.session.id));
    }

    async fn nothing_is_told_of_an_ending_that_was_taken_back(db) {
        let place = Place::on(db).await;
        let standing = place.session(&place.endpoint).await;
        let (app, user) = (&place.app, standing.user.id);
        let lost = db.tx("test", |tx| async move {
            tell_clients(&tx, &app.state.provider, Ended::AllOf(user)).await?;
            Err::<(), storage::StorageError>(serde_json::from_str::<()>("x").unwrap_err().into())
        });
        assert!(lost.await.is_err());
        assert_eq!(place.round().await, []);
    }

    async fn a_client_that_went_meanwhile_is_forgotten(db) {
        let place = Place::on(db).await;
        let standing = place.ended_session().await;
        let silent = &standing.client;
        db.tx("test", |tx| async move { clients::record(&tx, silent, silent.created_at).await }).await.unwrap();
        assert_eq!(place.round().await, [Delivery::Moot]);
        assert!(place.endpoint.posted().is_empty());
    }

    async fn what_is_kept_of_a_notice_are_ids_and_nothing_else(db) {
        let place = Place::on(db).await;
        let standing = place.ended_session().await;
        let now = place.app.now();
        let claimed = db.tx("test", |tx| async move {
            let share = Share { except: &[], of_one_lane: 1, limit: 1 };
            outbox::claim_in_lanes(&tx, KIND, now, now, share).await
        });
        let kept: serde_json::Value = serde_json::from_str(&claimed.await.unwrap()[0].payload).unwrap();
        let expected = serde_json::json!({
            "client": standing.client.id.as_str(),
            "session": standing.session.id.to_string(),
            "user": standing.user.id.to_string(),
        });
        assert_eq!(kept, expected);
    }

    async fn within_two_seconds_of_the_commit_the_client_is_told_whatever_another_one_does(db) {
        let place = Place::on(db).await;
        let silent = LogoutEndpoint::up().await;
        silent.now(Behaviour::Hangs);
        // More than the calls that one client may have at the same time, and before the one that is measured.
        let first = place.session(&silent).await;
        for _ in 0..20 {
            let session = &session(&first.user, None);
            let given = &grant(session, &first.client);
            db.tx("test", |tx| async move {
                sessions::insert(&tx, session).await?;
                storage::grants::insert(&tx, given).await
            })
            .await
            .unwrap();
        }
        place.ends(&first).await;
        let (stop, stopped) = watch::channel(false);
        let node = tokio::spawn(jobs::run(place.app.jobs.clone(), stopped));
        silent.is_told().await;
        let standing = place.session(&place.endpoint).await;
        place.ends(&standing).await;
        let committed = Instant::now();
        place.endpoint.is_told().await;
        let took = committed.elapsed();
        assert!(place.was_told_of(standing.session.id));
        assert!(took <= Duration::from_secs(2), "took {took:?}");
        assert!(silent.posted().len() <= 4, "few calls to the one that does not answer");
        silent.goes_down().await;
        stop.send(true).unwrap();
        node.await.unwrap();
    }

    async fn whoever_rings_after_the_commit_need_not_wait_for_the_next_look(db) {
        let place = Place::on(db).await;
        let (stop, stopped) = watch::channel(false);
        let node = tokio::spawn(jobs::run(place.app.jobs.clone(), stopped));
        let standing = place.ended_session().await;
        place.app.state.provider.logout_wake.ring();
        place.endpoint.is_told().await;
        assert!(place.was_told_of(standing.session.id));
        stop.send(true).unwrap();
        node.await.unwrap();
    }
}
