//! A published list with what HTTP says about its version.

use authority::time::Timestamp;

/// A file on the centre's server.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) der: Vec<u8>,
    pub(super) etag: String,
    pub(super) last_modified: String,
}

impl File {
    pub(super) fn new(der: Vec<u8>, at: Timestamp) -> Self {
        Self {
            etag: format!("\"{}-{}\"", at.as_unix_seconds(), der.len()),
            last_modified: http_date(at),
            der,
        }
    }

    /// The same with its last byte changed, as a new version.
    pub(super) fn damaged(mut self) -> Self {
        if let Some(last) = self.der.last_mut() {
            *last ^= 1;
        }
        "\"damaged\"".clone_into(&mut self.etag);
        self
    }
}

/// RFC 9110 §5.6.7: `Thu, 26 Nov 2026 04:00:00 GMT`.
fn http_date(at: Timestamp) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let text = at.whole_seconds().to_rfc3339();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().unwrap_or(1);
    let day = usize::try_from(at.as_unix_seconds().div_euclid(86_400).rem_euclid(7)).unwrap_or(0);
    let weekday = WEEKDAYS.get(day).copied().unwrap_or_default();
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    format!("{weekday}, {} {month} {} {} GMT", part(8, 10), part(0, 4), part(11, 19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_wants_them() {
        let at = Timestamp::from_rfc3339("2026-11-26T04:05:06Z").unwrap();
        assert_eq!(http_date(at), "Thu, 26 Nov 2026 04:05:06 GMT");
    }
}
