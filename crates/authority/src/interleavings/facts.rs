//! The world as the rules of this crate see it.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::world::{Broken, CLOSED, Flow, Issued, Key, LAST_MINUTE, Lock, OPENS, REST, Rules, Who, World};
use crate::assurance::{Assurance, AssuranceRequest};
use crate::authentication::{FirstFactor, FirstStage, SecondFactor, SecondStage, SignInAttempt};
use crate::authorization::ClaimsRequest;
use crate::certificates::KeyStorage;
use crate::clients::ClientId;
use crate::devices::{BindingView, Device, DeviceKey};
use crate::grants::Grant;
use crate::ids::{
    AttemptId, CertificateId, DeviceId, GrantId, InteractionId, PhoneId, RegistrationId, SessionId, UserId,
};
use crate::registrations::{Picture, PictureWay, Registration, RegistrationState};
use crate::secret::TokenDigest;
use crate::sessions::{BrowserSession, Footing};
use crate::time::{Timestamp, days, hours, minutes, seconds};
use crate::users::{Exclusivity, LockReason, Subject, User, UserState};

/// Midnight in Almaty.
const MIDNIGHT: Timestamp = Timestamp::from_unix_seconds(1_795_201_200);
/// The day that it always is.
const TODAY: u8 = 10;

/// The instant of a moment: `by` moments after (or before) one of today.
pub(super) fn at(moment: u8, by: i16) -> Timestamp {
    let number = i16::from(TODAY) * 3 + i16::from(moment) + by;
    let day = u64::try_from(number.div_euclid(3)).unwrap();
    let of_day = match u8::try_from(number.rem_euclid(3)).unwrap() {
        OPENS => hours(9),
        LAST_MINUTE => minutes(17 * 60 + 59),
        CLOSED => hours(18),
        other => panic!("a day has three moments, not {other}"),
    };
    MIDNIGHT.plus(days(day)).plus(of_day)
}

/// Records whose content does not matter.
pub(super) struct Records {
    user: User,
    devices: [Device; 4],
    session: BrowserSession,
    grant: Grant,
    attempt: SignInAttempt,
    registration: Registration,
    picture: Picture,
}

impl Records {
    pub(super) fn mint() -> Self {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let then = at(0, -3);
        let user = User {
            id: UserId::mint(then, rng),
            subject: Subject::mint(rng),
            state: UserState::Active,
            provisional: false,
            epoch: 1,
            exclusive: None,
            organisation: None,
            last_interactive_at: None,
            locale: None,
        };
        let mut device = || Device {
            id: DeviceId::mint(then, rng),
            user_id: user.id,
            slot: 0,
            key: DeviceKey::P256 {
                thumbprint: [0; 32],
                public_jwk: String::new(),
            },
            cookie_digest: TokenDigest::from_bytes([0; 32]),
            name: String::new(),
            agent: String::new(),
            bound_at: then,
            last_used_at: then,
            ended_at: None,
        };
        let mut ended = device();
        ended.ended_at = Some(then);
        let devices = [device(), device(), device(), ended];
        let (session, grant) = issued(&user, then, rng);
        let attempt = attempt(&user, then, rng);
        let picture = Picture {
            sealed: Vec::new(),
            expires_at: then,
        };
        let id = RegistrationId::mint(then, rng);
        let registration = Registration::start(id, user.id, attempt.id, picture.clone(), then);
        Self {
            user,
            devices,
            session,
            grant,
            attempt,
            registration,
            picture,
        }
    }
}

fn issued(user: &User, then: Timestamp, rng: &mut ChaCha20Rng) -> (BrowserSession, Grant) {
    let session = BrowserSession {
        id: SessionId::mint(then, rng),
        user_id: user.id,
        cookie_digest: TokenDigest::from_bytes([0; 32]),
        device_id: None,
        certificate_id: None,
        second_certificate_id: None,
        assurance: Assurance::FullBound,
        methods: Vec::new(),
        epoch: 0,
        authenticated_at: then,
        touched_at: then,
        idle_until: then,
        absolute_until: then,
        ended_at: None,
    };
    let grant = Grant {
        id: GrantId::mint(then, rng),
        user_id: user.id,
        client_id: ClientId::parse("diary").unwrap(),
        session_id: session.id,
        device_id: None,
        certificate_id: None,
        acting: None,
        epoch: 0,
        scopes: Vec::new(),
        claims: ClaimsRequest::default(),
        assurance: session.assurance,
        assurance_request: AssuranceRequest::default(),
        methods: Vec::new(),
        authenticated_at: then,
        wants_auth_time: false,
        offline: true,
        created_at: then,
        revoked_at: None,
    };
    (session, grant)
}

fn attempt(user: &User, then: Timestamp, rng: &mut ChaCha20Rng) -> SignInAttempt {
    let (id, interaction) = (AttemptId::mint(then, rng), InteractionId::mint(then, rng));
    let factor = FirstFactor::Eds {
        certificate_id: CertificateId::mint(then, rng),
        key_storage: KeyStorage::File,
    };
    let first = FirstStage {
        user_id: user.id,
        factor,
        at: then,
    };
    let second = SecondStage {
        factor: SecondFactor::Sms {
            phone_id: PhoneId::mint(then, rng),
        },
        at: then,
    };
    let attempt = SignInAttempt::start(id, interaction, then);
    attempt.pass_first(first).unwrap().pass_second(second).unwrap()
}

impl Records {
    pub(super) fn device_id(&self, key: Key) -> DeviceId {
        self.devices[if key.former { 3 } else { key.who.place() }].id
    }

    /// Whose device this is.
    pub(super) fn owner(&self, device: &Device) -> Who {
        let found = Who::ALL
            .into_iter()
            .find(|who| self.devices[who.place()].id == device.id);
        found.unwrap()
    }

    pub(super) fn user(&self, world: &World) -> User {
        User {
            state: match world.lock {
                Lock::Open => UserState::Active,
                Lock::Own(age) => UserState::Locked {
                    reason: LockReason::Own,
                    at: at(world.moment, -i16::from(age)),
                },
                Lock::Administrator => UserState::Locked {
                    reason: LockReason::Administrator,
                    at: at(world.moment, 0),
                },
            },
            exclusive: world.exclusive.map(|(key, left)| Exclusivity {
                device_id: self.device_id(key),
                until: at(world.moment, i16::from(left)),
            }),
            ..self.user.clone()
        }
    }

    /// The live devices, each used a second after the one before it.
    pub(super) fn live(&self, world: &World) -> Vec<Device> {
        let live = world.live.iter().flatten().zip(1_u64..);
        live.map(|(who, place)| Device {
            last_used_at: at(world.moment, -1).plus(seconds(place)),
            ..self.devices[who.place()].clone()
        })
        .collect()
    }

    /// What the browser is to the person's devices.
    pub(super) fn view(&self, world: &World, who: Who, now: Timestamp) -> BindingView {
        let shown = self.device_id(Key::of(who));
        BindingView::judge(&self.live(world), Some(shown), self.user(world).exclusivity_at(now))
    }

    /// The attempt of a browser; it is never older than a minute, since a longer time ends it in this world.
    pub(super) fn attempt(&self, world: &World) -> SignInAttempt {
        SignInAttempt {
            expires_at: at(world.moment, 0).plus(minutes(10)),
            ..self.attempt.clone()
        }
    }

    /// The registration of a browser's attempt.
    pub(super) fn registration(&self, world: &World, flow: Flow) -> Registration {
        let now = at(world.moment, 0);
        let started = Registration {
            state: RegistrationState::Asked(Picture {
                expires_at: now.plus(minutes(4)),
                ..self.picture.clone()
            }),
            ..self.registration.clone()
        };
        match flow {
            Flow::Given => started.prove(PictureWay::Picture, now.minus(minutes(1))).unwrap(),
            Flow::Asked => started,
            Flow::Nothing | Flow::Proven => panic!("there is no registration"),
        }
    }

    /// Whether the session, and whether the grant of something issued counts now.
    pub(super) fn stands(&self, world: &World, issued: Issued, rules: &Rules) -> (bool, bool) {
        let now = at(world.moment, 0);
        let mut user = self.user(world);
        user.epoch += i64::from(issued.behind);
        let epoch = 1;
        if rules.lacks(Broken::TheJoinForgetsTheEpoch) {
            user.epoch = epoch;
        }
        if rules.lacks(Broken::TheJoinForgetsExclusivity) {
            user.exclusive = None;
        }
        if rules.lacks(Broken::TheJoinForgetsLocks) {
            user.state = UserState::Active;
        }
        let mut device = self.devices[issued.key.who.place()].clone();
        device.id = self.device_id(issued.key);
        let ended = !world.is_live(issued.key) && !rules.lacks(Broken::TheJoinForgetsDevices);
        device.ended_at = ended.then_some(now);
        let ends_at = now.plus(minutes(u64::from(issued.session)));
        let session = BrowserSession {
            device_id: Some(device.id),
            epoch,
            idle_until: ends_at,
            absolute_until: ends_at,
            ..self.session.clone()
        };
        let grant = Grant {
            device_id: Some(device.id),
            epoch,
            ..self.grant.clone()
        };
        let footing = Footing {
            user: &user,
            device: Some(&device),
            session: &session,
            replaced: false,
            client_ended: false,
            certificate_stopped: false,
            name_stands: true,
        };
        (footing.session_stands(now), footing.grant_stands(&grant, now))
    }

    /// Whether a suspended account may be opened by its person.
    pub(super) fn may_return(&self, world: &World, rules: &Rules) -> bool {
        let from = self.user(world).state.return_from(rules.policy.suspension_rest);
        from.is_some_and(|from| from <= at(world.moment, 0)) && !rules.lacks(Broken::NobodyReturns)
    }
}

/// The next moment's age of a lock; after the rest it makes no difference.
pub(super) const fn older(age: u8) -> u8 {
    if age < REST { age + 1 } else { REST }
}
