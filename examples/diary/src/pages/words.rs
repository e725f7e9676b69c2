//! Words for the codes that a provider sends. A code without a word is shown as it is.

use crate::language::Language;

/// What a certificate says about its owner, and what a person is in the organisation that is acted for.
pub(super) fn role(language: Language, code: &str) -> Option<&'static str> {
    let [kk, ru, en] = match code {
        "individual" => ["Жеке тұлға", "Физическое лицо", "Natural person"],
        "head" => [
            "Ұйымның бірінші басшысы",
            "Первый руководитель организации",
            "Head of an organisation",
        ],
        "signatory" => [
            "Қол қоюға уәкілетті тұлға",
            "Сотрудник с правом подписи",
            "Authorised signatory",
        ],
        "financial_signatory" => [
            "Қаржылық қол қоюға уәкілетті тұлға",
            "Сотрудник с правом финансовой подписи",
            "Financial signatory",
        ],
        "human_resources" => ["Кадр қызметкері", "Сотрудник отдела кадров", "Human resources officer"],
        "employee" => [
            "Ұйым қызметкері",
            "Сотрудник организации",
            "Employee of an organisation",
        ],
        "representative" => [
            "Сенімхат бойынша өкіл",
            "Представитель по доверенности",
            "Representative by a power of attorney",
        ],
        "organisation" => ["Ұйым", "Организация", "Organisation"],
        _ => return None,
    };
    Some(pick(language, kk, ru, en))
}

/// How surely the person was recognised.
pub(super) fn level(language: Language, acr: &str) -> Option<&'static str> {
    let [kk, ru, en] = match acr.strip_prefix("urn:kiru:acr:")? {
        "full-bound" => [
            "Екі кезең және байланған құрылғы",
            "Два этапа и привязанное устройство",
            "Both stages and the bound device",
        ],
        "full" => ["Екі кезең", "Два этапа", "Both stages"],
        "reduced" => ["Төмендетілген деңгей", "Пониженный уровень", "Reduced level"],
        "provisional" => ["Уақытша деңгей", "Временный уровень", "Provisional level"],
        _ => return None,
    };
    Some(pick(language, kk, ru, en))
}

fn pick(language: Language, kk: &'static str, ru: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Kk => kk,
        Language::Ru => ru,
        Language::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::{level, role};
    use crate::language::Language;

    #[test]
    fn known_codes_have_a_word_in_each_language() {
        let words: Vec<_> = Language::ALL
            .into_iter()
            .map(|language| role(language, "individual"))
            .collect();
        assert_eq!(
            words,
            [Some("Жеке тұлға"), Some("Физическое лицо"), Some("Natural person")]
        );
        assert_eq!(level(Language::En, "urn:kiru:acr:full"), Some("Both stages"));
    }

    #[test]
    fn unknown_codes_have_none() {
        assert_eq!(role(Language::Kk, "janitor"), None);
        assert_eq!(level(Language::Kk, "urn:mace:incommon:iap:silver"), None);
        assert_eq!(level(Language::Kk, "urn:kiru:acr:"), None);
    }
}
