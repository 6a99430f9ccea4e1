//! Suggested keys.

/// The maximum number of characters of a suggested key.
const MAX_CHARACTERS: usize = 64;

/// Suggests a key for a name: its ASCII letters and digits in lower case, with hyphens between words. Empty if the name
/// has none.
pub(crate) fn suggested(name: &str) -> String {
    let mut key = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            key.push(character.to_ascii_lowercase());
        } else if !key.is_empty() && !key.ends_with('-') && character != '\'' {
            key.push('-');
        }
        if key.len() == MAX_CHARACTERS {
            break;
        }
    }
    while key.ends_with('-') {
        key.pop();
    }
    key
}

/// Suggests a key for a name like [`suggested`], with Latin letters written without their marks: `uber-grosse` for
/// `Über Größe`. Empty if the name has no Latin letters and no digits.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn suggested_for_any(name: &str) -> String {
    let mut latin = String::new();
    for character in name.chars() {
        match character {
            // Combining marks.
            '\u{300}'..='\u{36f}' => {}
            '\u{aa}'
            | '\u{ba}'
            | '\u{c0}'..='\u{24f}'
            | '\u{1e00}'..='\u{1eff}'
            | '\u{fb00}'..='\u{fb06}' => {
                latin.push_str(any_ascii::any_ascii_char(character));
            }
            other => latin.push(other),
        }
    }
    suggested(&latin)
}

/// Returns the problem with a key that is entered in the dashboard, without the field's name. (The API accepts more keys.)
pub(crate) fn problem(key: &str) -> Option<&'static str> {
    let is_of_key =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    if key.is_empty() {
        Some("must not be empty")
    } else if key.chars().all(is_of_key) {
        None
    } else {
        Some("must consist of letters, digits, hyphens, underscores and dots, such as new-checkout")
    }
}

/// Returns the text, followed by a hyphen and the number that comes after the numbers of the taken keys.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn first_numbered<'a>(text: &str, taken: impl Iterator<Item = &'a str>) -> String {
    let number = |key: &str| key.strip_prefix(text)?.strip_prefix('-')?.parse::<u32>().ok();
    let last = taken.filter_map(number).max().unwrap_or(0);
    format!("{text}-{}", last.saturating_add(1))
}

/// Returns the text, followed by the first number from 2 that makes it differ from all of `taken`, if needed.
pub(crate) fn first_unused(text: &str, between: char, taken: &[String]) -> String {
    let mut candidate = text.to_owned();
    let mut number = 2_u32;
    while taken.contains(&candidate) {
        candidate = format!("{text}{between}{number}");
        number += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_suggests_a_key_that_can_stand_in_code_and_urls() {
        assert_eq!(suggested("Checkout button: green, or blue?"), "checkout-button-green-or-blue");
        assert_eq!(suggested("  Don't ask  "), "dont-ask");
        assert_eq!(suggested("50 % off — émeute"), "50-off-meute");
        assert_eq!(suggested("日本"), "");
        assert_eq!(suggested(&"a".repeat(100)).len(), MAX_CHARACTERS);
    }

    #[test]
    fn letters_of_latin_alphabets_are_written_without_marks() {
        for (name, key) in [
            ("Über Größe", "uber-grosse"),
            ("U\u{308}ber Gro\u{308}ße", "uber-grosse"),
            ("50 % off — émeute", "50-off-emeute"),
            ("Đường Łódź Æsir ﬁn", "duong-lodz-aesir-fin"),
            ("Kassen‑Knopf 日本", "kassen-knopf"),
            ("日本の実験", ""),
            ("Эксперимент", ""),
            ("🎉", ""),
        ] {
            assert_eq!(suggested_for_any(name), key, "{name}");
        }
    }

    #[test]
    fn a_key_can_stand_in_code_and_urls() {
        for key in ["new-checkout", "a", "v1.2_b", "ABC"] {
            assert_eq!(problem(key), None, "{key}");
        }
        for key in ["", "Bad Key!", "a/b", "größe", " a"] {
            assert!(problem(key).is_some(), "{key}");
        }
    }

    #[test]
    fn numbered_keys_continue_after_the_last_number() {
        let next = |taken: &[&str]| first_numbered("experiment", taken.iter().copied());
        assert_eq!(next(&[]), "experiment-1");
        assert_eq!(next(&["experiment-6", "experiment-2", "experiment", "my-experiment-9"]), "experiment-7");
    }

    #[test]
    fn taken_texts_get_a_number() {
        let taken = ["a", "a-2", "b"].map(String::from);
        assert_eq!(first_unused("a", '-', &taken), "a-3");
        assert_eq!(first_unused("c", '-', &taken), "c");
    }
}
