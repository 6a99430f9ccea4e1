//! The experiments that match a filter.

/// The condition for experiments `x` that match a filter: $1 is the environment, $2 the status, $3 to $10 are the words.
macro_rules! matching {
    () => {
        concat!(
            "($1 IS NULL OR x.environment_id = $1) AND ($2 IS NULL OR x.status = $2) AND ",
            crate::store::search::has_words!(
                "COALESCE(x.search, LOWER(x.name || ' ' || x.key))",
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                10
            )
        )
    };
}

pub(super) use matching;
