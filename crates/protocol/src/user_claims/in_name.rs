//! The claims that say in whose name the person acts. `sub` is always the person (security rule DG-7; RFC 8693 §4.1).

use authority::authorization::{ClaimName, Scope};
use authority::certificates::CertificateRole;
use authority::ids::PowerId;
use authority::representation::{Acting, Principal};
use authority::time::Timestamp;
use serde_json::{Map, Value, json};
use storage::StorageError;
use storage::grants::GrantInForce;

use crate::Provider;
use crate::representation::{NamedPrincipal, PrincipalKind, name_principal};

/// In an organisation's name by a power of attorney; no certificate has this role.
const REPRESENTATIVE: &str = "representative";

/// What is known of the name that a grant was given in.
#[derive(Clone, Debug, Default)]
pub(super) struct InName(Option<Known>);

#[derive(Clone, Debug)]
struct Known {
    principal: NamedPrincipal,
    role: Option<&'static str>,
    /// The power with its end, when there is one.
    power: Option<(PowerId, Timestamp)>,
    /// The principal's subject, of a natural person.
    subject: Option<String>,
    /// Whether the number of a natural person may be told.
    iin: bool,
}

impl InName {
    /// Reads what the claims need, if any of them does.
    pub(super) async fn load(
        provider: &Provider,
        names: &[ClaimName],
        rests_on: &GrantInForce,
    ) -> Result<Self, StorageError> {
        let needed = names.iter().any(|name| Scope::Organisation.claims().contains(name));
        let acting = rests_on.grant.acting.filter(|_| needed);
        let Some((acting, principal)) = acting.and_then(|acting| Some((acting, acting.principal()?))) else {
            return Ok(Self(None));
        };
        let power = match acting.power() {
            Some(id) => storage::powers::find(&provider.db, id)
                .await?
                .map(|kept| (id, kept.power.until)),
            None => None,
        };
        let subject = match principal {
            Principal::Person(id) => storage::users::find(&provider.db, id).await?.map(|user| user.subject),
            Principal::Organisation(_) => None,
        };
        let role = match acting {
            Acting::Organisation(_) => rests_on.certificate_role.map(CertificateRole::as_str),
            Acting::Power { .. } => Some(REPRESENTATIVE),
            Acting::Myself => None,
        };
        Ok(Self(Some(Known {
            principal: name_principal(&provider.db, provider, principal).await?,
            role,
            power,
            subject: subject.map(|subject| subject.as_str().to_owned()),
            iin: rests_on.grant.scopes.contains(&Scope::Iin),
        })))
    }

    /// Name and number of a natural person are not told, nor those of a business whose number is its owner's.
    pub(super) fn without_personal(mut self) -> Self {
        if let Some(known) = &mut self.0
            && (known.principal.kind == PrincipalKind::Person
                || known.principal.number.as_deref().is_some_and(is_of_a_person))
        {
            known.principal.name = None;
            known.principal.number = None;
        }
        self
    }

    /// `{bin, name, role}` of the organisation.
    pub(super) fn organisation(&self) -> Option<Value> {
        let known = self
            .0
            .as_ref()
            .filter(|known| known.principal.kind == PrincipalKind::Organisation)?;
        let members = [
            ("bin", known.principal.number.clone()),
            ("name", known.principal.name.clone()),
            ("role", known.role.map(str::to_owned)),
        ];
        Some(object(members))
    }

    /// `{kind, power, until, principal}` of a power of attorney.
    pub(super) fn representation(&self) -> Option<Value> {
        let known = self.0.as_ref()?;
        let (id, until) = known.power?;
        let principal = match known.principal.kind {
            PrincipalKind::Person => object([
                ("kind", Some(PrincipalKind::Person.as_str().to_owned())),
                ("sub", known.subject.clone()),
                ("name", known.principal.name.clone()),
                ("iin", known.principal.number.clone().filter(|_| known.iin)),
            ]),
            PrincipalKind::Organisation => object([
                ("kind", Some(PrincipalKind::Organisation.as_str().to_owned())),
                ("name", known.principal.name.clone()),
                ("bin", known.principal.number.clone()),
            ]),
        };
        Some(json!({
            "kind": "power_of_attorney",
            "power": id.to_string(),
            "until": until.as_unix_seconds(),
            "principal": principal,
        }))
    }
}

/// Whether the number is a person's: in the fifth place of a BIN stands its kind, 4 or more, where an IIN has the day of birth.
fn is_of_a_person(number: &str) -> bool {
    number.as_bytes().get(4).is_none_or(|digit| *digit < b'4')
}

fn object<const N: usize>(members: [(&'static str, Option<String>); N]) -> Value {
    let told = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(told.collect::<Map<_, _>>())
}
