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
    fn taken_texts_get_a_number() {
        let taken = ["a", "a-2", "b"].map(String::from);
        assert_eq!(first_unused("a", '-', &taken), "a-3");
        assert_eq!(first_unused("c", '-', &taken), "c");
    }
}
