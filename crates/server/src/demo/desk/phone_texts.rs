//! The words of the phone in three languages, in the order Kazakh, Russian, English.

use super::texts::Text;

pub(super) const PHONE: Text = Text([
    "eGov Mobile бар телефон",
    "Телефон с eGov Mobile",
    "Phone with eGov Mobile",
]);
pub(super) const NO_CODES: Text = Text([
    "Кіру бетінде «Телефонда ЭЦҚ-мен қол қою» дегенді таңдаңыз. Ондағы QR-код осында пайда болады.",
    "На странице входа выберите «Подписать ЭЦП на телефоне». QR-код с неё появится здесь.",
    "On the sign-in page choose “Sign with EDS on your phone”. Its QR code appears here.",
]);
pub(super) const CODE: Text = Text([
    "Кіру бетінде QR-код тұр. Беттегі сан:",
    "На странице входа показан QR-код. Число на странице:",
    "A sign-in page shows a QR code. The number on the page:",
]);
pub(super) const UNTIL: Text = Text(["Жарамды уақыты", "Действует до", "Works until"]);
pub(super) const WHOSE: Text = Text(["Кімнің телефоны", "Чей телефон", "Whose phone"]);
pub(super) const SCAN: Text = Text(["Кодты сканерлеу", "Отсканировать код", "Scan the code"]);
pub(super) const SHOWS: Text = Text(["Қосымша мынаны көрсетеді", "Приложение показывает", "The app shows"]);
pub(super) const COMPARE: Text = Text([
    "Сан беттегідей болса ғана қол қойыңыз.",
    "Подписывайте, только если число такое же, как на странице.",
    "Sign only if the number is the one on the page.",
]);
pub(super) const DECLINE: Text = Text(["Бас тарту", "Отклонить", "Decline"]);
pub(super) const SIGNED: Text = Text([
    "Қол қойылды. Кіру беті өзі жалғасады.",
    "Подписано. Страница входа продолжит сама.",
    "Signed. The sign-in page goes on by itself.",
]);
pub(super) const DECLINED: Text = Text([
    "Бас тартылды. Кіру беті бұл туралы айтады.",
    "Отклонено. Страница входа скажет об этом.",
    "Declined. The sign-in page says so.",
]);
pub(super) const REFUSED: Text = Text(["Қосымша былай дейді:", "Приложение говорит:", "The app says:"]);
pub(super) const UNREACHABLE: Text = Text([
    "Телефон провайдерге жете алмады. Қайталап көріңіз.",
    "Телефон не смог связаться с провайдером. Повторите.",
    "The phone could not reach the provider. Try again.",
]);
