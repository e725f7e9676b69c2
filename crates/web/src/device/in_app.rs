//! Browsers inside other applications, by their `User-Agent`. They have storage of their own, which the phone's real browser
//! does not see: an account bound there would be closed to its owner everywhere else (product A1, ux R7).
//!
//! The header is a claim and proves nothing (security rule DB-3). So it only keeps a *new* binding from being made, which
//! helps the person and costs a liar his own binding; what is bound already is judged by its key alone.

use crate::flow::FlowPage;

/// Longest beginning of the header that is looked at, in bytes: applications put their names at the end of long ones.
const LONGEST_HEADER: usize = 1024;

/// What applications add for their own window.
const APPLICATIONS: [&str; 17] = [
    "Instagram ",
    "FBAN/",
    "FBAV/",
    "FB_IAB/",
    "WhatsApp",
    "Telegram",
    "musical_ly",
    "BytedanceWebview",
    "trill_",
    " Line/",
    "MicroMessenger/",
    "Viber",
    "Snapchat",
    "VKAndroidApp",
    "LinkedInApp",
    "Twitter for ",
    "[Pinterest/",
];

/// Browsers of their own that are built on Android's web view and say so: people open them themselves.
const BROWSERS_ON_WEB_VIEW: [&str; 6] = [
    " OPR/",
    " MiuiBrowser/",
    " DuckDuckGo/",
    " HeyTapBrowser/",
    " VivoBrowser/",
    " HuaweiBrowser/",
];

/// Whether this request's browser is one inside another application.
pub(crate) fn is_in_app(page: &FlowPage) -> bool {
    is_named_by(super::user_agent(page))
}

/// Whether the `User-Agent` is one of a browser inside another application.
fn is_named_by(header: &str) -> bool {
    let header = header
        .get(..header.floor_char_boundary(LONGEST_HEADER))
        .unwrap_or_default();
    let names_any = |names: &[&str]| names.iter().any(|name| header.contains(name));
    names_any(&APPLICATIONS)
        || (header.contains("; wv)") && !names_any(&BROWSERS_ON_WEB_VIEW))
        || is_apple_web_view(header)
}

/// Every browser of iPhone and iPad ends with `Safari/`, whoever made it; a bare web view (and a page on the Home Screen,
/// whose storage is its own too) does not.
fn is_apple_web_view(header: &str) -> bool {
    let phone = ["(iPhone;", "(iPad;", "(iPod"]
        .iter()
        .any(|system| header.contains(system));
    phone && header.contains(" AppleWebKit/") && !header.contains(" Safari/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INSIDE: [(&str, &str); 16] = [
        (
            "Instagram, Android",
            "Mozilla/5.0 (Linux; Android 13; SM-A525F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36 Instagram 314.0.0.20.114 Android (33/13; 420dpi; 1080x2194; samsung; SM-A525F; a52q; qcom; ru_RU; 556277213)",
        ),
        (
            "Instagram, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21C66 Instagram 314.0.0.13.110 (iPhone14,5; iOS 17_2_1; ru_KZ; ru; scale=3.00; 1170x2532; 556277213)",
        ),
        (
            "Facebook, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/443.0.0.23.229;FBBV/540053839;FBDV/iPhone12,1;FBMD/iPhone;FBSN/iOS;FBSV/16.6;FBSS/2;FBID/phone;FBLC/ru_RU;FBOP/5;FBRV/0]",
        ),
        (
            "Facebook, Android",
            "Mozilla/5.0 (Linux; Android 12; M2101K7AG Build/SKQ1.210908.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.6045.163 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/441.1.0.39.109;]",
        ),
        (
            "Messenger, Android, without the mark of the web view",
            "Mozilla/5.0 (Linux; Android 11; RMX3085) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/118.0.5993.111 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/433.0.0.30.108;]",
        ),
        (
            "WhatsApp, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 WhatsApp/23.24.79",
        ),
        (
            "WhatsApp, Android",
            "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 WhatsApp/2.24.13.77",
        ),
        (
            "Telegram, Android",
            "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.6533.103 Mobile Safari/537.36 Telegram-Android/11.0.0 (Samsung SM-S911B; Android 14; SDK 34; HIGH)",
        ),
        (
            "Telegram, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ),
        (
            "TikTok, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_29.9.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/ru Region/KZ",
        ),
        (
            "TikTok, Android",
            "Mozilla/5.0 (Linux; Android 12; SM-M127F Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 trill_2022903010 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/29.3.1 ByteLocale/ru-RU BytedanceWebview/d8a21c6",
        ),
        (
            "Line, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/13.3.0",
        ),
        (
            "WeChat, Android",
            "Mozilla/5.0 (Linux; Android 13; V2118A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0.5563.116 Mobile Safari/537.36 XWEB/1110017 MMWEBSDK/20230701 MicroMessenger/8.0.40.2420(0x28002851)",
        ),
        (
            "any web view, Android",
            "Mozilla/5.0 (Linux; Android 10; MI 8 Build/QKQ1.190828.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/83.0.4103.101 Mobile Safari/537.36",
        ),
        (
            "any web view, iPad",
            "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        ),
        (
            "an application on a browser's web view",
            "Mozilla/5.0 (Linux; Android 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/115.0.0.0 Mobile Safari/537.36 OPR/76.0 [FB_IAB/FB4A;FBAV/400.0.0;]",
        ),
    ];

    const USUAL: [(&str, &str); 21] = [
        (
            "Chrome, Android",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
        ),
        (
            "Chrome, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.108 Mobile/15E148 Safari/604.1",
        ),
        (
            "Chrome, Windows",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ),
        (
            "Safari, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
        ),
        (
            "Safari, iPad as a computer",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        ),
        (
            "Samsung Internet",
            "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A536E) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
        ),
        (
            "Firefox, Android",
            "Mozilla/5.0 (Android 13; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        ),
        (
            "Firefox, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148 Safari/605.1.15",
        ),
        (
            "Firefox, macOS",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:142.0) Gecko/20100101 Firefox/142.0",
        ),
        (
            "Edge, Windows",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        ),
        (
            "Edge, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 EdgiOS/126.0.2592.56 Mobile/15E148 Safari/605.1.15",
        ),
        (
            "Yandex Browser, Android",
            "Mozilla/5.0 (Linux; arm_64; Android 12; Redmi Note 9 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.6261.137 YaBrowser/24.4.1.90.00 SA/3 Mobile Safari/537.36",
        ),
        (
            "Yandex Browser, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 YaBrowser/24.4.5.447.10 SA/3 Mobile/15E148 Safari/604.1",
        ),
        (
            "MIUI browser",
            "Mozilla/5.0 (Linux; U; Android 13; ru-ru; 2201117TY Build/TKQ1.221114.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.10.1.3-gn",
        ),
        (
            "Huawei browser",
            "Mozilla/5.0 (Linux; Android 10; HarmonyOS; ELS-NX9; HMSCore 6.13.0.321) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/14.0.5.302 Mobile Safari/537.36",
        ),
        (
            "Opera, Android",
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36 OPR/82.0.0.0",
        ),
        (
            "Opera Mini, Android",
            "Mozilla/5.0 (Linux; U; Android 12; SM-A127F Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.110 Mobile Safari/537.36 OPR/80.0.2254.71399",
        ),
        (
            "DuckDuckGo, iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
        ),
        (
            "an address page in a word",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Online/1.0",
        ),
        ("nothing", ""),
        ("a program", "kiru-tests/1.0"),
    ];

    #[test]
    fn windows_inside_applications_are_recognised() {
        for (name, header) in INSIDE {
            assert!(is_named_by(header), "{name}: {header}");
        }
    }

    #[test]
    fn usual_browsers_are_not_taken_for_such_windows() {
        for (name, header) in USUAL {
            assert!(!is_named_by(header), "{name}: {header}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_long_header_is_looked_at() {
        let named = |length: usize| format!("{} FBAN/FBIOS", "x".repeat(length));
        assert!(is_named_by(&named(LONGEST_HEADER - 11)));
        assert!(!is_named_by(&named(LONGEST_HEADER)));
        // A letter of two bytes across the bound.
        assert!(!is_named_by(&format!("{}\u{44f}", "x".repeat(LONGEST_HEADER - 1))));
    }

    proptest! {
        #[test]
        fn any_header_is_judged(header in "\\PC{0,1500}") {
            let _: bool = is_named_by(&header);
        }
    }
}
