//! Searching lists: a text is found if it contains all words of a search, whatever the case of their letters.

use crate::error::ApiError;

/// The words of a search, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(Vec<String>);

impl Search {
    /// The largest number of words.
    pub const WORDS: usize = 8;
    /// The largest number of characters.
    const CHARS: usize = 256;

    /// Reads the words of a search, which are separated by white space. `None` if there are no words.
    ///
    /// # Errors
    /// Returns 400 if the text is too long, or has too many words.
    pub fn parse(text: &str) -> Result<Option<Self>, ApiError> {
        if text.chars().count() > Self::CHARS {
            let most = Self::CHARS;
            return Err(ApiError::invalid_parameter(
                "search",
                format_args!("must have at most {most} characters"),
            ));
        }
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        if words.len() > Self::WORDS {
            let most = Self::WORDS;
            return Err(ApiError::invalid_parameter(
                "search",
                format_args!("must have at most {most} words"),
            ));
        }
        Ok(Some(Self(words)).filter(|search| !search.0.is_empty()))
    }

    /// Returns the words, folded; 1 to [`Search::WORDS`].
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

/// Folds the case of letters: two texts that differ only in case have the same folded text, `GRÖSSE` and `Größe` too.
///
/// Upper case before lower case is close to full case folding of Unicode, without its tables. Accents are kept.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_case_are_folded_to_one() {
        for (one, other) in
            [("Größe", "GRÖSSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ЖЁЛТЫЙ", "жёлтый"), ("ﬁne", "FINE"), ("Å", "å")]
        {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert!(fold("resume") != fold("résumé"));
        assert_eq!(fold(&fold("Größe")), fold("Größe"));
    }

    #[test]
    fn a_search_has_at_most_eight_words() {
        let words = |text: &str| Search::parse(text).unwrap().map(|search| search.words().join("|"));
        assert_eq!(words("  Cart\tÜBER \n").as_deref(), Some("cart|über"));
        assert_eq!(words(" "), None);
        assert_eq!(words("1 2 3 4 5 6 7 8").as_deref(), Some("1|2|3|4|5|6|7|8"));
        let problem = |text: &str| Search::parse(text).unwrap_err().message;
        assert_eq!(problem("1 2 3 4 5 6 7 8 9"), "`search` must have at most 8 words");
        assert_eq!(problem(&"x".repeat(257)), "`search` must have at most 256 characters");
    }
}
