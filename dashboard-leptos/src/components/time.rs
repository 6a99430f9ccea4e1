use leptos::prelude::*;

/// A moment, as how long ago it was. The date and time in UTC are its title.
#[component]
pub(crate) fn Time(
    /// ISO 8601, UTC.
    #[prop(into)]
    at: String,
) -> impl IntoView {
    // The server says the same as the browser, so that nothing moves when a page comes to life. Where their clocks differ, the
    // server's words stay.
    let shown = seconds(&at).map_or_else(|| at.clone(), |then| since(now() - then));
    let exact = exact(&at);
    view! { <time datetime=at title=exact>{shown}</time> }
}

/// Seconds since 1970, by the machine's clock.
fn now() -> i64 {
    #[cfg(target_family = "wasm")]
    {
        #[expect(clippy::cast_possible_truncation, reason = "to the second")]
        let now = (leptos::web_sys::js_sys::Date::now() / 1000.0) as i64;
        now
    }
    #[cfg(not(target_family = "wasm"))]
    {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        now.as_secs().cast_signed()
    }
}

/// Seconds from 1970 to a moment.
fn seconds(at: &str) -> Option<i64> {
    let number = |from, to| at.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Years that begin with March, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + number(11, 13)?) * 60 + number(14, 16)?) * 60 + number(17, 19)?)
}

/// To the minute.
fn exact(at: &str) -> String {
    let minute = at.get(..16).unwrap_or(at);
    format!("{} UTC", minute.replacen('T', " ", 1))
}

/// In words, for a time in the past.
fn since(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    match units.into_iter().find(|(length, _)| seconds >= *length) {
        Some((length, unit)) => format!("{} {unit} ago", seconds / length),
        None => "just now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_how_long_ago_and_to_the_minute() {
        assert_eq!(exact("2026-02-03T04:05:06.789Z"), "2026-02-03 04:05 UTC");
        assert_eq!(exact("?"), "? UTC");
        assert_eq!((since(-1), since(59)), ("just now".to_owned(), "just now".to_owned()));
        assert_eq!((since(60), since(7_199)), ("1 min ago".to_owned(), "1 h ago".to_owned()));
        assert_eq!(since(200_000), "2 d ago");
    }

    #[test]
    fn moments_are_counted_from_1970_with_leap_days() {
        assert_eq!(seconds("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:34:56.789Z"), Some(951_827_696));
        assert_eq!(seconds("2026-11-22T21:45:00.000Z"), Some(1_795_383_900));
        assert_eq!((seconds("?"), seconds("2026-11-22")), (None, None));
    }
}
