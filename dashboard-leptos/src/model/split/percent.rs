//! Percentages with at most two decimals, as numbers of buckets.

use super::segment::BUCKETS;

/// Formats a number of buckets as a percentage without its sign: `12.34`, `12.3`, `12`.
pub(crate) fn percent(buckets: u32) -> String {
    let (whole, part) = (buckets / 100, buckets % 100);
    match (part, part % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", part / 10),
        _ => format!("{whole}.{part:02}"),
    }
}

/// Parses a percentage with at most two decimals after a dot or comma. Returns `None` for any other input.
pub(crate) fn parse_percent(typed: &str) -> Option<u32> {
    let typed = typed.trim();
    let typed = typed.strip_suffix('%').unwrap_or(typed).trim_end();
    let (whole, part) = typed.split_once(['.', ',']).unwrap_or((typed, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u32>().ok() };
    let tenths = if part.len() == 1 { 10 } else { 1 };
    let buckets = number(whole)?.checked_mul(100)?.checked_add(number(part)? * tenths)?;
    (buckets <= BUCKETS).then_some(buckets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percentages_are_parsed_exactly_or_rejected() {
        let read = ["0", "100", " 12.5 % ", "12,34", ".5", "7.", "0.01", "100.00"].map(parse_percent);
        assert_eq!(read, [0, 10_000, 1_250, 1_234, 50, 700, 1, 10_000].map(Some));
        let wrong = ["", "%", ".", "-1", "+1", "1.234", "100.01", "1e2", "1 2", "99999999999", "١"];
        assert_eq!(wrong.map(parse_percent), [None; 11]);
    }

    proptest! {
        #[test]
        fn formatted_percentages_can_be_parsed(buckets in 0..=BUCKETS) {
            prop_assert_eq!(parse_percent(&percent(buckets)), Some(buckets));
        }
    }
}
