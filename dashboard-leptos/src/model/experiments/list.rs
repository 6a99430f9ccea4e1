//! The state of the list of experiments in its URL.

use edgewise_api::resources::{ExperimentSort, Status};

use crate::model::links::{self, Url};

/// Filters, order and page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    /// Part of a name or key; empty for any.
    pub(crate) text: String,
    /// The status to filter by.
    pub(crate) status: Option<Status>,
    /// The environment's id to filter by; empty for all.
    pub(crate) environment: String,
    pub(crate) sort: ExperimentSort,
    pub(crate) descending: bool,
    /// The page, from 1.
    pub(crate) page: u64,
}

impl List {
    /// Reads the parameters of a URL. Invalid parameters are ignored.
    pub(crate) fn of(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| parameter(name).unwrap_or_default();
        let sort = match text("sort").as_str() {
            "name" => ExperimentSort::Name,
            "status" => ExperimentSort::Status,
            _ => ExperimentSort::Updated,
        };
        let descending = match text("order").as_str() {
            "asc" => false,
            "desc" => true,
            _ => begins_descending(sort),
        };
        Self {
            text: text("q").trim().to_owned(),
            status: Status::from_name(&text("status").to_ascii_uppercase()),
            environment: text("environment"),
            sort,
            descending,
            page: text("page").parse().unwrap_or(1).max(1),
        }
    }

    /// Returns the URL of the list. Defaults are left out.
    pub(crate) fn url(&self) -> String {
        self.added_to(links::EXPERIMENTS.url())
    }

    /// Returns the query string of the URL, with its `?`; empty if there are only defaults.
    pub(crate) fn query(&self) -> String {
        self.added_to(String::new())
    }

    fn added_to(&self, url: String) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let url = Url::new(url)
            .with_some("q", &self.text)
            .with_some("status", self.status.map_or("", Status::name))
            .with_some("environment", &self.environment)
            .with_some("sort", self.sort_name())
            .with_some("order", self.order_name());
        url.with_some("page", &page).into()
    }

    /// Returns the value of the `sort` parameter; empty for the default.
    pub(crate) fn sort_name(&self) -> &'static str {
        match self.sort {
            ExperimentSort::Name => "name",
            ExperimentSort::Status => "status",
            ExperimentSort::Updated => "",
        }
    }

    /// Returns the value of the `order` parameter; empty for the default.
    pub(crate) fn order_name(&self) -> &'static str {
        match self.descending {
            descending if descending == begins_descending(self.sort) => "",
            true => "desc",
            false => "asc",
        }
    }
}

/// Changes that links on the server make to the list.
#[cfg(not(target_family = "wasm"))]
impl List {
    /// Sorts by another column, starting with its default order; or reverses the order if the list is sorted by that
    /// column already.
    pub(crate) fn sorted_by(&self, sort: ExperimentSort) -> Self {
        let descending = if sort == self.sort { !self.descending } else { begins_descending(sort) };
        Self { sort, descending, page: 1, ..self.clone() }
    }

    /// Moves to another page.
    pub(crate) fn at(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    /// Returns whether a filter is set.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.text.is_empty() || self.status.is_some() || !self.environment.is_empty()
    }

    /// Removes all filters, and keeps the order.
    pub(crate) fn unfiltered(&self) -> Self {
        Self { text: String::new(), status: None, environment: String::new(), page: 1, ..self.clone() }
    }
}

/// The last updated experiments come first.
fn begins_descending(sort: ExperimentSort) -> bool {
    sort == ExperimentSort::Updated
}

#[cfg(test)]
mod tests {
    use edgewise_api::query::Query;

    use super::*;

    fn read(url: &str) -> List {
        let query = Query::parse(url.split_once('?').map_or("", |(_, query)| query));
        List::of(|name| query.optional(name).unwrap().map(str::to_owned))
    }

    #[test]
    fn a_list_survives_a_round_trip_through_its_url() {
        let whole = read("/experiments");
        assert_eq!(whole.url(), "/experiments");
        assert!(whole.descending && whole.sort == ExperimentSort::Updated && !whole.is_filtered());
        let part = List {
            text: "50 % ä&=+#".to_owned(),
            status: Some(Status::Paused),
            environment: "0b-1".to_owned(),
            sort: ExperimentSort::Name,
            descending: true,
            page: 3,
        };
        assert_eq!(
            part.url(),
            "/experiments?q=50%20%25%20%C3%A4%26%3D%2B%23&status=PAUSED&environment=0b-1&sort=name&order=desc&page=3"
        );
        assert_eq!(read(&part.url()), part);
        assert!(part.is_filtered() && !part.unfiltered().is_filtered());
    }

    #[test]
    fn invalid_parameters_are_ignored() {
        let odd = "/experiments?q=++&status=x&sort=size&order=up&page=-1&more=1";
        assert_eq!(read(odd), read("/experiments"));
        assert_eq!(read("/experiments?page=0").page, 1);
    }

    #[test]
    fn sorting_by_the_same_column_reverses_the_order() {
        let list = read("/experiments?page=2&q=a");
        assert_eq!(list.sorted_by(ExperimentSort::Updated).url(), "/experiments?q=a&order=asc");
        let by_name = list.sorted_by(ExperimentSort::Name);
        assert_eq!(by_name.url(), "/experiments?q=a&sort=name");
        assert_eq!(by_name.sorted_by(ExperimentSort::Name).url(), "/experiments?q=a&sort=name&order=desc");
    }
}
