//! What somebody else has saved meanwhile, in words.

/// The maximum number of characters of a value that is quoted.
const MAX_QUOTED: usize = 60;

/// Says what a value was, what somebody else has saved meanwhile, and what is entered, if that differs from what the value was:
/// `share was 40 %, saved meanwhile as 60 %, yours 50 %`. Long values are not quoted. `subject` ends with the verb. Returns
/// `None` if the saved value has not changed.
pub(crate) fn meanwhile(subject: &str, before: &str, now: &str, yours: &str) -> Option<String> {
    if before == now {
        return None;
    }
    let is_edited = yours != before;
    let is_long = |text: &str| text.chars().nth(MAX_QUOTED).is_some();
    if is_long(before) || is_long(now) || is_edited && is_long(yours) {
        return Some(changed_meanwhile(subject, is_edited));
    }
    let yours = if is_edited { format!(", yours {yours}") } else { String::new() };
    Some(format!("{subject} {before}, saved meanwhile as {now}{yours}"))
}

/// Says that a value was changed, without the value: `rules were changed meanwhile, and by you`.
pub(crate) fn changed_meanwhile(subject: &str, is_edited: bool) -> String {
    let by_you = if is_edited { ", and by you" } else { "" };
    format!("{subject} changed meanwhile{by_you}")
}

/// Returns a text in quotation marks.
pub(crate) fn in_marks(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("“{text}”") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_short_values_are_quoted_and_long_ones_are_not() {
        let words = |before, now, yours| meanwhile("share was", before, now, yours);
        assert_eq!(
            words("40 %", "60 %", "50 %").as_deref(),
            Some("share was 40 %, saved meanwhile as 60 %, yours 50 %")
        );
        assert_eq!(words("40 %", "60 %", "40 %").as_deref(), Some("share was 40 %, saved meanwhile as 60 %"));
        assert_eq!(words("40 %", "40 %", "50 %"), None);
        let long = "€".repeat(61);
        assert_eq!(words("a", &long, "a").as_deref(), Some("share was changed meanwhile"));
        assert_eq!(words("a", "b", &long).as_deref(), Some("share was changed meanwhile, and by you"));
        assert_eq!((in_marks("a"), in_marks("")), ("“a”".to_owned(), "empty".to_owned()));
    }
}
