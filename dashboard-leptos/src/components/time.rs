use leptos::prelude::*;

/// The age of a point in time. The title has the date and time in UTC; in the browser, the age keeps up with the clock, and the
/// exact time is in the reader's time zone and also shown to whoever focuses or taps the age.
#[component]
pub(crate) fn Time(
    /// ISO 8601, UTC.
    #[prop(into)]
    at: String,
) -> impl IntoView {
    // Server and browser render the same text, so rendering anew does not move the layout. If their clocks differ, the
    // server's text stays.
    let age = seconds(&at).map_or_else(|| at.clone(), |then| describe_age(now() - then));
    let exact = exact(&at);
    // The script replaces the text, so the text is no node of the view. An age needs no escape; a text that is no time does.
    let age = age.replace(['<', '&'], "");
    view! { <time datetime=at title=exact tabindex="0" inner_html=age></time> }
}

/// Starts the script that updates ages and shows exact times.
pub(super) fn keep_ages() {
    #[cfg(target_family = "wasm")]
    Effect::new(script::start);
}

#[cfg(target_family = "wasm")]
mod script {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(module = "/src/components/time.js")]
    extern "C" {
        pub(super) fn start();
    }
}

/// Returns the current Unix time in seconds.
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

/// Returns the Unix time in seconds.
fn seconds(at: &str) -> Option<i64> {
    let number = |from, to| at.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Years start in March, so that the leap day is the last day of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + number(11, 13)?) * 60 + number(14, 16)?) * 60 + number(17, 19)?)
}

/// Formats a point in time to the minute.
fn exact(at: &str) -> String {
    let minute = at.get(..16).unwrap_or(at);
    format!("{} UTC", minute.replacen('T', " ", 1))
}

/// Describes the age of a point in time in the past.
fn describe_age(seconds: i64) -> String {
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
    fn times_are_formatted_as_age_and_to_the_minute() {
        assert_eq!(exact("2026-02-03T04:05:06.789Z"), "2026-02-03 04:05 UTC");
        assert_eq!(exact("?"), "? UTC");
        assert_eq!((describe_age(-1), describe_age(59)), ("just now".to_owned(), "just now".to_owned()));
        assert_eq!((describe_age(60), describe_age(7_199)), ("1 min ago".to_owned(), "1 h ago".to_owned()));
        assert_eq!(describe_age(200_000), "2 d ago");
    }

    #[test]
    fn unix_times_include_leap_days() {
        assert_eq!(seconds("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:34:56.789Z"), Some(951_827_696));
        assert_eq!(seconds("2026-11-22T21:45:00.000Z"), Some(1_795_383_900));
        assert_eq!((seconds("?"), seconds("2026-11-22")), (None, None));
    }
}
