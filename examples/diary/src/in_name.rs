//! In whose name the person acts, as Kiru's claims `organisation` and `representation` tell it (scope `organisation`). The
//! subject of the tokens is the person all the same.

use serde::Serialize;
use serde_json::Value;

/// The organisation that the person acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Organisation {
    pub(crate) bin: Option<String>,
    pub(crate) name: Option<String>,
    /// The role in it: that of the certificate, or `representative` by a power of attorney.
    pub(crate) role: Option<String>,
}

impl Organisation {
    /// Reads the claim; `None` where it says nothing that can be used.
    pub(crate) fn read(claim: &Value) -> Option<Self> {
        let [bin, name, role] = ["bin", "name", "role"].map(|member| member_text(claim, member));
        (bin.is_some() || name.is_some()).then_some(Self { bin, name, role })
    }
}

/// What lets the person act for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Representation {
    /// `power_of_attorney`.
    pub(crate) kind: String,
    /// When it ends, seconds.
    pub(crate) until: Option<i64>,
    pub(crate) principal: Principal,
}

/// Whom the person acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Principal {
    /// `person` or `organisation`.
    pub(crate) kind: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) bin: Option<String>,
    /// The person's subject at this site.
    pub(crate) sub: Option<String>,
}

impl Representation {
    /// Reads the claim; `None` where it does not say whom the person acts for.
    pub(crate) fn read(claim: &Value) -> Option<Self> {
        let told = claim.get("principal")?;
        let principal = Principal {
            kind: member_text(told, "kind"),
            name: member_text(told, "name"),
            bin: member_text(told, "bin"),
            sub: member_text(told, "sub"),
        };
        principal.shown()?;
        Some(Self {
            kind: member_text(claim, "kind")?,
            until: claim.get("until").and_then(Value::as_i64),
            principal,
        })
    }
}

impl Principal {
    /// What to call the principal.
    pub(crate) fn shown(&self) -> Option<&str> {
        let known = [&self.name, &self.bin, &self.sub];
        known.into_iter().find_map(|known| known.as_deref())
    }
}

/// The text of a claim that has one.
pub(crate) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn member_text(claim: &Value, member: &str) -> Option<String> {
    claim.get(member).and_then(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Organisation, Representation};

    #[test]
    fn an_organisation_is_read_with_whatever_is_known_of_it() {
        let whole = json!({"bin": "990640000015", "name": "КММ «№ 12»", "role": "head"});
        let read = Organisation::read(&whole).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), whole);
        let bare = Organisation::read(&json!({"bin": "990640000015", "name": 7})).unwrap();
        assert_eq!((bare.name, bare.role), (None, None));
    }

    #[test]
    fn a_power_of_attorney_is_read_with_its_principal_and_end() {
        let claim = json!({
            "kind": "power_of_attorney", "power": "p-1", "until": 1_795_665_600,
            "principal": {"kind": "person", "sub": "u-2", "name": "Омарова Гүлнара", "iin": "790101400010"}
        });
        let read = Representation::read(&claim).unwrap();
        assert_eq!(
            (read.until, read.principal.shown()),
            (Some(1_795_665_600), Some("Омарова Гүлнара"))
        );
        let kept = serde_json::to_string(&read).unwrap();
        assert!(
            !kept.contains("790101400010"),
            "a number that nobody asked for is not kept: {kept}"
        );
    }

    #[test]
    fn a_principal_without_a_name_is_called_by_number_or_subject() {
        for (principal, shown) in [
            (json!({"bin": "990640000015", "sub": "u-2"}), "990640000015"),
            (json!({"sub": "u-2", "name": ""}), "u-2"),
        ] {
            let claim = json!({"kind": "power_of_attorney", "principal": principal});
            assert_eq!(Representation::read(&claim).unwrap().principal.shown(), Some(shown));
        }
    }

    #[test]
    fn a_claim_of_an_unexpected_form_says_nothing() {
        for odd in [
            json!(null),
            json!(7),
            json!("head"),
            json!([]),
            json!({}),
            json!({"bin": 7, "role": "head"}),
            json!({"kind": "power_of_attorney"}),
            json!({"kind": "power_of_attorney", "principal": "u-2"}),
            json!({"principal": {"kind": "person"}, "kind": "power_of_attorney"}),
            json!({"principal": {"name": "Somebody"}}),
        ] {
            assert_eq!(Organisation::read(&odd), None, "{odd}");
            assert_eq!(Representation::read(&odd), None, "{odd}");
        }
    }
}
