//! The desk's words in three languages, in the order Kazakh, Russian, English.

use authority::locale::Locale;

/// One text in every language.
#[derive(Clone, Copy)]
pub(super) struct Text(pub(super) [&'static str; 3]);

impl Text {
    pub(super) const fn in_locale(self, locale: Locale) -> &'static str {
        pick(&self.0, locale)
    }
}

/// The text for this language of three.
pub(super) const fn pick<'a>(texts: &[&'a str; 3], locale: Locale) -> &'a str {
    let [kk, ru, en] = texts;
    match locale {
        Locale::Kk => kk,
        Locale::Ru => ru,
        Locale::En => en,
    }
}

pub(super) const TITLE: Text = Text(["Демо үстелі", "Стол демонстрации", "Demo desk"]);
pub(super) const LEAD: Text = Text([
    "Мұнда SMS хабарламалар көрінеді және кім қол қоятыны таңдалады. Барлық адамдар ойдан шығарылған.",
    "Здесь видны SMS и выбирается, кто подписывает. Все люди вымышленные.",
    "Here you see text messages and choose who signs. All people are invented.",
]);
pub(super) const NEXT: Text = Text(["Енді не істеу керек", "Что делать дальше", "What to do next"]);
pub(super) const STEPS: [Text; 4] = [
    Text([
        "Төменде кім қол қоятынын таңдаңыз.",
        "Ниже выберите, кто подписывает.",
        "Below, choose who signs.",
    ]),
    Text([
        "Күнделікті ашып, «Кіру» түймесін басыңыз.",
        "Откройте дневник и нажмите «Войти».",
        "Open the diary and press “Sign in”.",
    ]),
    Text([
        "ЭЦҚ-ны таңдаңыз: бағдарлама таңдалған адамның атынан қол қояды.",
        "Выберите ЭЦП: программа подпишет от имени выбранного человека.",
        "Choose EDS: the signer signs as the person you chose.",
    ]),
    Text([
        "SMS коды осында пайда болады: оны кіру бетінде енгізіңіз.",
        "Код из SMS появится здесь: введите его на странице входа.",
        "The SMS code appears here: type it on the sign-in page.",
    ]),
];
pub(super) const OPEN_DIARY: Text = Text(["Күнделікті ашу", "Открыть дневник", "Open the diary"]);
pub(super) const HELP: Text = Text(["Көмек", "Помощь", "Help"]);
pub(super) const COMPONENTS: Text = Text(["Беттің бөліктері", "Компоненты страниц", "Page components"]);
pub(super) const WHO: Text = Text(["Келесі кім қол қояды", "Кто подписывает следующим", "Who signs next"]);
pub(super) const CHOOSE: Text = Text(["Таңдау", "Выбрать", "Choose"]);
pub(super) const WHICH_KEY: Text = Text(["Қандай кілтпен", "Каким ключом", "With which key"]);
pub(super) const OWN_KEY: Text = Text(["Өз кілтімен", "Своим", "Their own"]);
pub(super) const SYSTEM_KEY: Text = Text([
    "Ақпараттық жүйенің кілтімен",
    "Ключом информационной системы",
    "One of an information system",
]);
pub(super) const NOT_YET_KEY: Text = Text([
    "Ертең басталатын кілтпен",
    "Ключом, который начнёт действовать завтра",
    "One that starts tomorrow",
]);
pub(super) const OTHER_CENTRE_KEY: Text = Text([
    "Басқа орталық берген кілтпен",
    "Ключом чужого центра",
    "One of a centre that is not accepted",
]);
pub(super) const UNCHECKED_KEY: Text = Text([
    "Өз кілтімен, бірақ қайтарып алынған кілттер тізімі жауап бермейді",
    "Своим, но список отозванных ключей не отвечает",
    "Their own, while the list of revoked keys does not answer",
]);
pub(super) const HOW: Text = Text([
    "Қол қою бағдарламасы қалай жауап береді",
    "Как отвечает программа подписи",
    "How the signer answers",
]);
pub(super) const AT_ONCE: Text = Text(["Бірден қол қояды", "Подписывает сразу", "Signs at once"]);
pub(super) const ASK: Text = Text(["Алдымен осында сұрайды", "Сначала спрашивает здесь", "Asks here first"]);
pub(super) const CANCEL_MODE: Text = Text(["Бас тартады", "Отказывается", "Cancels"]);
pub(super) const FAIL_MODE: Text = Text(["Қате береді", "Выдаёт ошибку", "Fails"]);
pub(super) const WAITING: Text = Text(["Шешім күтіп тұр", "Ждёт решения", "Waiting for a decision"]);
pub(super) const SIGN: Text = Text(["Қол қою", "Подписать", "Sign"]);
pub(super) const CANCEL: Text = Text(["Бас тарту", "Отменить", "Cancel"]);
pub(super) const MESSAGES: Text = Text(["SMS хабарламалар", "SMS-сообщения", "Text messages"]);
pub(super) const NO_MESSAGES: Text = Text([
    "Әзірге хабарлама жоқ. Код ЭЦҚ-мен қол қойылғаннан кейін келеді.",
    "Пока сообщений нет. Код придёт после подписи ЭЦП.",
    "No messages yet. A code arrives after the EDS signature.",
]);
pub(super) const OTHER_BROWSER: Text = Text([
    "Басқа браузерден кіру керек пе?",
    "Нужно войти из другого браузера?",
    "Want to sign in from another browser?",
]);
pub(super) const UNBIND: Text = Text([
    "Аккаунт бір құрылғыға байланған. Байланысты терминалда босатыңыз:",
    "Учётная запись привязана к одному устройству. Освободите привязку в терминале:",
    "An account is bound to one device. Free it in a terminal:",
]);
pub(super) const CLOCK: Text = Text(["Сағат", "Часы", "Clock"]);
pub(super) const CLOCK_REAL: Text = Text(["Нақты уақыт.", "Настоящее время.", "Real time."]);
pub(super) const CLOCK_RUNS: Text = Text([
    "Уақыт ауыстырылған, сағат жүріп тұр.",
    "Время переставлено, часы идут.",
    "The time was changed; the clock runs.",
]);
pub(super) const CLOCK_STANDS: Text = Text([
    "Сағат тоқтап тұр: шекарадағы сәтті асықпай көруге болады.",
    "Часы стоят: можно спокойно посмотреть, что бывает на границе.",
    "The clock stands still, so that you can look at the edge.",
]);
pub(super) const CLOCK_EXPIRES: Text = Text([
    "Адамдардың кілттері демо алғаш іске қосылғаннан кейін бір жыл жарамды; сеанстар мен кодтар уақыты келгенде аяқталады.",
    "Ключи людей действуют год с первого запуска демо; сеансы и коды заканчиваются, когда приходит их время.",
    "People's keys are valid for a year from the demo's first start; sessions and codes end when their time comes.",
]);
pub(super) const INSIDE: Text = Text([
    "Тіркеу уақытының ішінде",
    "Внутри времени регистрации",
    "Inside the window",
]);
pub(super) const ONE_MINUTE: Text = Text(["+1 минут", "+1 минута", "+1 minute"]);
pub(super) const LAST_SECOND: Text = Text([
    "Тіркеудің соңғы секунды",
    "Последняя секунда регистрации",
    "Last second of the window",
]);
pub(super) const CLOSING: Text = Text(["Тіркеу жабылды", "Регистрация закрылась", "The window has closed"]);
pub(super) const LOCK_LAST_SECOND: Text = Text(["+47:59:59", "+47:59:59", "+47:59:59"]);
pub(super) const LOCK_END: Text = Text(["+48:00:00", "+48:00:00", "+48:00:00"]);
pub(super) const THREE_MONTHS: Text = Text(["+3 ай", "+3 месяца", "+3 months"]);
pub(super) const RUN_ON: Text = Text(["Сағатты жүргізу", "Пустить часы", "Let the clock run"]);
pub(super) const REAL_TIME: Text = Text(["Нақты уақытқа оралу", "Вернуть настоящее время", "Back to real time"]);
pub(super) const LANGUAGES: Text = Text(["Тіл", "Язык", "Language"]);
