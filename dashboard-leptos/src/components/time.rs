use leptos::prelude::*;

/// A moment: as a date and time in UTC at first, and, once the page has come to life, as how long ago it was.
#[component]
pub(crate) fn Time(
    /// ISO 8601, UTC.
    #[prop(into)]
    at: String,
) -> impl IntoView {
    let exact = exact(&at);
    let shown = RwSignal::new(exact.clone());
    #[cfg(target_family = "wasm")]
    {
        let at = at.clone();
        Effect::new(move || {
            let ago = leptos::web_sys::js_sys::Date::now() - leptos::web_sys::js_sys::Date::parse(&at);
            if ago.is_finite() {
                #[expect(clippy::cast_possible_truncation, reason = "to the second")]
                shown.set(since((ago / 1000.0) as i64));
            }
        });
    }
    view! { <time datetime=at title=exact>{shown}</time> }
}

/// To the minute.
fn exact(at: &str) -> String {
    let minute = at.get(..16).unwrap_or(at);
    format!("{} UTC", minute.replacen('T', " ", 1))
}

/// In words, for a time in the past.
#[cfg(any(target_family = "wasm", test))]
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
    fn times_are_shown_to_the_minute_and_then_as_how_long_ago() {
        assert_eq!(exact("2026-02-03T04:05:06.789Z"), "2026-02-03 04:05 UTC");
        assert_eq!(exact("?"), "? UTC");
        assert_eq!((since(-1), since(59)), ("just now".to_owned(), "just now".to_owned()));
        assert_eq!((since(60), since(7_199)), ("1 min ago".to_owned(), "1 h ago".to_owned()));
        assert_eq!(since(200_000), "2 d ago");
    }
}
