//! The audiences that match a filter.

/// The condition for audiences that match a filter: $1 is the environment, $2 to $9 are the words.
macro_rules! matching {
    () => {
        concat!(
            "($1 IS NULL OR environment_id = $1) AND ",
            crate::store::search::has_words!("COALESCE(search, LOWER(name))", 2, 3, 4, 5, 6, 7, 8, 9)
        )
    };
}

pub(super) use matching;
