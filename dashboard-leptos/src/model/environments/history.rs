//! What the page of an environment shows, as it stands in the URL.

use serde::{Deserialize, Serialize};

use crate::model::links::{self, Url};

/// What the page of an environment asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HistoryQuery {
    /// The environment's id.
    pub(crate) id: String,
    /// The page of its history, from 1.
    pub(crate) page: String,
    /// The version that is looked at; empty if none is.
    pub(crate) version: String,
    /// What it is compared with; empty for the one that was live before it.
    pub(crate) against: String,
}

impl HistoryQuery {
    /// The page's URL with another query. What is as by default stays out.
    pub(crate) fn url_with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut query = self.clone();
        change(&mut query);
        let mut url = Url::new(&links::environment(&query.id));
        for (name, value) in [("page", &query.page), ("version", &query.version), ("against", &query.against)]
        {
            // What is no number stands in no link.
            if value.bytes().all(|byte| byte.is_ascii_digit()) && (name, value.as_str()) != ("page", "1") {
                url = url.with_some(name, value);
            }
        }
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_the_query_says_and_leaves_out_defaults() {
        let query = HistoryQuery { id: "e".to_owned(), page: "1".to_owned(), ..HistoryQuery::default() };
        assert_eq!(query.url_with(|_| ()), "/environments/e");
        assert_eq!(
            query.url_with(|query| (query.page, query.version) = ("2".to_owned(), "7".to_owned())),
            "/environments/e?page=2&version=7"
        );
        assert_eq!(query.url_with(|query| query.against = "&x=".to_owned()), "/environments/e");
    }
}
