//! What a list of experiments shows, as it stands in the URL.

use edgewise_api::resources::{ExperimentSort, Status};

use crate::model::links::{self, Url};

/// What is searched for, in which order, and which page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    /// What names or keys contain; empty for any.
    pub(crate) text: String,
    /// Only those of this status.
    pub(crate) status: Option<Status>,
    /// Only those of the environment of this id; empty for all.
    pub(crate) environment: String,
    /// What they are sorted by.
    pub(crate) sort: ExperimentSort,
    /// From the last to the first.
    pub(crate) descending: bool,
    /// From 1.
    pub(crate) page: u64,
}

impl List {
    /// What the parameters of a URL ask for. Whatever cannot be read is taken as if it were absent.
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

    /// The URL that asks for it: the list's path, and what differs from the whole list.
    pub(crate) fn url(&self) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let url = Url::new(links::EXPERIMENTS)
            .with_some("q", &self.text)
            .with_some("status", self.status.map_or("", Status::name))
            .with_some("environment", &self.environment)
            .with_some("sort", self.sort_name())
            .with_some("order", self.order_name());
        url.with_some("page", &page).into()
    }

    /// What it is sorted by, as the URL says it: empty if it need not.
    pub(crate) fn sort_name(&self) -> &'static str {
        match self.sort {
            ExperimentSort::Name => "name",
            ExperimentSort::Status => "status",
            ExperimentSort::Updated => "",
        }
    }

    /// The direction, as the URL says it: empty if it need not.
    pub(crate) fn order_name(&self) -> &'static str {
        match self.descending {
            descending if descending == begins_descending(self.sort) => "",
            true => "desc",
            false => "asc",
        }
    }
}

/// Where the server's links lead from here.
#[cfg(not(target_family = "wasm"))]
impl List {
    /// The same, sorted by something else from its beginning; or the other way round if it is sorted by that already.
    pub(crate) fn sorted_by(&self, sort: ExperimentSort) -> Self {
        let descending = if sort == self.sort { !self.descending } else { begins_descending(sort) };
        Self { sort, descending, page: 1, ..self.clone() }
    }

    /// The same, at another page.
    pub(crate) fn at(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    /// Whether some experiments are left out.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.text.is_empty() || self.status.is_some() || !self.environment.is_empty()
    }

    /// All of them, in the same order.
    pub(crate) fn unfiltered(&self) -> Self {
        Self { text: String::new(), status: None, environment: String::new(), page: 1, ..self.clone() }
    }
}

/// What was changed last comes first.
fn begins_descending(sort: ExperimentSort) -> bool {
    sort == ExperimentSort::Updated
}

#[cfg(test)]
mod tests {
    use edgewise_api::query::Query;

    use super::*;

    fn read(url: &str) -> List {
        let query = Query::parse(url.split_once('?').map_or("", |(_, query)| query)).unwrap();
        List::of(|name| query.optional(name).unwrap().map(str::to_owned))
    }

    #[test]
    fn a_list_is_what_its_url_says() {
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
    fn what_cannot_be_read_is_taken_as_absent() {
        let odd = "/experiments?q=++&status=x&sort=size&order=up&page=-1&more=1";
        assert_eq!(read(odd), read("/experiments"));
        assert_eq!(read("/experiments?page=0").page, 1);
    }

    #[test]
    fn what_it_is_sorted_by_already_is_turned_round() {
        let list = read("/experiments?page=2&q=a");
        assert_eq!(list.sorted_by(ExperimentSort::Updated).url(), "/experiments?q=a&order=asc");
        let by_name = list.sorted_by(ExperimentSort::Name);
        assert_eq!(by_name.url(), "/experiments?q=a&sort=name");
        assert_eq!(by_name.sorted_by(ExperimentSort::Name).url(), "/experiments?q=a&sort=name&order=desc");
    }
}
