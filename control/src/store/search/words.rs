//! The condition for rows with all words of a search, and its parameters.

use edgewise_api::search::Search;
use sqlx::{Any, any::AnyArguments, query::Query};

/// The condition that a text contains all words. The parameters are the eight of [`bind_words`].
macro_rules! has_words {
    ($text:expr, $first:literal $(, $next:literal)*) => {
        concat!(
            "($", $first, " IS NULL OR ", $text, " LIKE $", $first, " ESCAPE '!')"
            $(, " AND ($", $next, " IS NULL OR ", $text, " LIKE $", $next, " ESCAPE '!')")*
        )
    };
}

pub(in crate::store) use has_words;

/// Binds the eight parameters of [`has_words`]: a pattern for each word, and NULL for the rest.
pub(in crate::store) fn bind_words<'q>(
    mut query: Query<'q, Any, AnyArguments>,
    search: Option<&Search>,
) -> Query<'q, Any, AnyArguments> {
    let words = search.map_or(&[][..], Search::words);
    for number in 0..Search::WORDS {
        query = query.bind(words.get(number).map(|word| pattern(word)));
    }
    query
}

/// Returns the pattern that matches every text that contains `word`, for `LIKE … ESCAPE '!'`.
fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for character in word.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
