use super::*;
use crate::time::seconds;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_000_000 + second)
}

fn failures(consecutive: i64) -> Failures {
    Failures {
        consecutive,
        last_hour: consecutive.min(FAILURES_PER_HOUR - 1),
        closed_until: None,
    }
}

#[test]
fn every_fifth_failure_closes_for_twice_as_long_up_to_two_hours() {
    for (consecutive, closed) in [
        (1, None),
        (4, None),
        (5, Some(15)),
        (6, None),
        (10, Some(30)),
        (15, Some(60)),
        (20, Some(120)),
        (95, Some(120)),
    ] {
        let expected = closed.map(|n| at(0).plus(minutes(n)));
        assert_eq!(failures(consecutive).closing(at(0)), expected, "{consecutive}");
    }
}

#[test]
fn fifteen_failures_in_an_hour_close_for_an_hour() {
    let many = Failures {
        consecutive: 1,
        last_hour: 15,
        closed_until: None,
    };
    assert_eq!(many.closing(at(0)), Some(at(3600)));
    assert_eq!(many.tries_left(), 0);
}

#[test]
fn a_closing_ends_at_its_instant_exactly() {
    let closed = Failures {
        closed_until: Some(at(900)),
        ..failures(5)
    };
    assert_eq!(
        closed.admit(Timestamp::from_micros(at(900).as_micros() - 1)),
        Err(Closed::Until(at(900)))
    );
    assert_eq!(closed.admit(at(900)), Ok(()));
}

#[test]
fn a_hundred_failures_disable_the_factor() {
    assert_eq!(failures(99).admit(at(0)), Ok(()));
    assert_eq!(failures(100).admit(at(0)), Err(Closed::Disabled));
}

#[test]
fn attempts_left_count_down() {
    assert_eq!([0, 1, 4, 5].map(|n| failures(n).tries_left()), [5, 4, 1, 5]);
}

#[test]
fn messages_keep_their_distance() {
    let judge = |earlier: &[i64], now: i64| {
        let asked = |second: &i64| Asked {
            at: at(*second),
            share: Share::Bound,
            failed: false,
        };
        let earlier: Vec<_> = earlier.iter().map(asked).collect();
        judge_send(&earlier, Share::Bound, seconds(60), at(now))
    };
    assert_eq!(judge(&[], 0), Ok(()));
    assert_eq!(judge(&[0], 59), Err(SendRefusal::TooSoon(at(60))));
    assert_eq!(judge(&[0], 60), Ok(()));
    assert_eq!(judge(&[0, 60, 120], 180), Err(SendRefusal::WindowFull(at(600))));
    assert_eq!(judge(&[120, 0, 60], 600), Ok(()));
    let ten: Vec<i64> = (0..10).map(|n| n * 1_000).collect();
    assert_eq!(judge(&ten, 20_000), Err(SendRefusal::DayFull(at(86_400))));
    assert_eq!(judge(&ten, 86_400), Ok(()));
}

#[test]
fn strangers_with_the_key_alone_leave_the_bound_browser_its_share() {
    let asked = |second: i64, share| Asked {
        at: at(second),
        share,
        failed: false,
    };
    let mut earlier: Vec<Asked> = (0..6).map(|n| asked(n * 1_000, Share::Other)).collect();
    let judge = |earlier: &[Asked], share| judge_send(earlier, share, seconds(60), at(5_001));
    assert_eq!(judge(&earlier, Share::Other), Err(SendRefusal::DayFull(at(86_400))));
    // Neither their distance nor their window is the owner's.
    for n in 0..3 {
        assert_eq!(judge(&earlier, Share::Bound), Ok(()), "{n}");
        earlier.push(asked(n, Share::Bound));
    }
    earlier.push(asked(-1, Share::Bound));
    assert_eq!(
        judge(&earlier, Share::Bound),
        Err(SendRefusal::DayFull(at(86_399))),
        "ten in all"
    );
}

#[test]
fn a_message_that_failed_keeps_the_distance_and_counts_for_nothing_else() {
    let failed = |second| Asked {
        at: at(second),
        share: Share::Other,
        failed: true,
    };
    let judge = |earlier: &[Asked], now| judge_send(earlier, Share::Other, seconds(60), at(now));
    assert_eq!(judge(&[failed(0)], 59), Err(SendRefusal::TooSoon(at(60))));
    let many: Vec<Asked> = (0..20).map(|n| failed(n * 60)).collect();
    assert_eq!(judge(&many, 20 * 60), Ok(()));
}

#[test]
fn windows_follow_one_another_without_a_gap() {
    let cap = Cap::new(3, minutes(10));
    let begin = cap.ends_at(at(0));
    let before = Timestamp::from_micros(begin.as_micros() - 1);
    assert_eq!(cap.ends_at(before), begin);
    assert_eq!(cap.window(before) + 1, cap.window(begin));
    assert_eq!(cap.ends_at(begin), begin.plus(minutes(10)));
}

#[test]
fn a_network_is_an_ipv4_address_or_an_ipv6_subscriber() {
    let network = |text: &str| network(text.parse().unwrap()).to_string();
    assert_eq!(network("203.0.113.7"), "203.0.113.7");
    assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
    assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
}

#[test]
fn each_alarm_of_a_budget_comes_with_one_message() {
    let alarms = |budget: i64| -> Vec<_> {
        let at = |used| BudgetAlarm::at(used, budget).map(|alarm| (used, alarm));
        (1..=budget + 2).filter_map(at).collect()
    };
    assert_eq!(alarms(10), [(8, BudgetAlarm::Nearly), (10, BudgetAlarm::Spent)]);
    assert_eq!(alarms(7), [(6, BudgetAlarm::Nearly), (7, BudgetAlarm::Spent)]);
    assert_eq!(alarms(1), [(1, BudgetAlarm::Spent)]);
}
