//! The state of an environment's page in its URL.

use serde::{Deserialize, Serialize};

use crate::model::links::{self, Url};

/// The parameters of an environment's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HistoryQuery {
    /// The environment's id.
    pub(crate) id: String,
    /// The page of the history, from 1.
    pub(crate) page: String,
    /// The open version; empty for none.
    pub(crate) version: String,
    /// The version to compare with; empty for the version that was live before.
    pub(crate) against: String,
}

impl HistoryQuery {
    /// Returns the page's URL with changed parameters. Defaults are left out.
    pub(crate) fn url_with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut query = self.clone();
        change(&mut query);
        let mut url = Url::new(links::environment(&query.id));
        for (name, value) in [("page", &query.page), ("version", &query.version), ("against", &query.against)]
        {
            // Only numbers are valid parameters.
            if value.bytes().all(|byte| byte.is_ascii_digit()) && (name, value.as_str()) != ("page", "1") {
                url = url.with_some(name, value);
            }
        }
        url.into()
    }

    /// Names what the parameters select: the open version, or a page of the history.
    pub(crate) fn selected(&self) -> String {
        match (self.version.as_str(), self.against.as_str(), self.page.as_str()) {
            ("", _, "") => "History, page 1".to_owned(),
            ("", _, page) => format!("History, page {page}"),
            (version, "", _) => format!("Version {version}"),
            (version, against, _) => format!("Version {version} compared with {against}"),
        }
    }

    /// Returns the page's URL with no version open.
    pub(crate) fn without_version(&self) -> String {
        self.url_with(|query| {
            query.version.clear();
            query.against.clear();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_histories_leave_out_defaults_and_invalid_parameters() {
        let query = HistoryQuery { id: "e".to_owned(), page: "1".to_owned(), ..HistoryQuery::default() };
        assert_eq!(query.url_with(|_| ()), "/environments/e");
        assert_eq!(
            query.url_with(|query| (query.page, query.version) = ("2".to_owned(), "7".to_owned())),
            "/environments/e?page=2&version=7"
        );
        assert_eq!(query.url_with(|query| query.against = "&x=".to_owned()), "/environments/e");
    }

    #[test]
    fn parameters_select_a_page_or_a_version() {
        let selected = |page: &str, version: &str, against: &str| {
            let [id, page, version, against] = ["e", page, version, against].map(str::to_owned);
            HistoryQuery { id, page, version, against }.selected()
        };
        assert_eq!(selected("", "", ""), "History, page 1");
        assert_eq!(selected("2", "", "3"), "History, page 2");
        assert_eq!(selected("2", "7", ""), "Version 7");
        assert_eq!(selected("2", "7", "3"), "Version 7 compared with 3");
    }
}
