//! The URLs of pages, calls and files. A URL begins with the [base](crate::base).

#[cfg(not(target_family = "wasm"))]
use edgewise_api::resources::Status;

use crate::base::base;

pub(crate) const OVERVIEW: Page = Page("/");
pub(crate) const EXPERIMENTS: Page = Page("/experiments");
pub(crate) const NEW_EXPERIMENT: Page = Page("/experiments/new");
pub(crate) const AUDIENCES: Page = Page("/audiences");
const NEW_AUDIENCE: Page = Page("/audiences/new");
pub(crate) const ENVIRONMENTS: Page = Page("/environments");
pub(crate) const NEW_ENVIRONMENT: Page = Page("/environments/new");
/// The documentation of the REST API.
pub(crate) const API_DOCUMENTATION: Page = Page("/api/docs");

/// A page with a fixed path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page(&'static str);

impl Page {
    /// Returns the page's URL.
    pub(crate) fn url(self) -> String {
        url(self.0)
    }
}

/// Returns the URL of a path of the server.
pub(crate) fn url(path: &str) -> String {
    format!("{}{path}", base())
}

/// Returns the URL of an experiment's page.
pub(crate) fn experiment(id: &str) -> String {
    below(EXPERIMENTS, id)
}

/// Returns the URL of an audience's page.
pub(crate) fn audience(id: &str) -> String {
    below(AUDIENCES, id)
}

/// Returns the URL of an environment's page.
pub(crate) fn environment(id: &str) -> String {
    below(ENVIRONMENTS, id)
}

/// Returns the URL of an environment's experiments.
pub(crate) fn experiments_of(environment: &str) -> String {
    Url::new(EXPERIMENTS.url()).with("environment", environment).into()
}

/// Returns the URL of an environment's experiments with a status.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn experiments_with_status(environment: &str, status: Status) -> String {
    Url::new(EXPERIMENTS.url()).with("environment", environment).with("status", status.name()).into()
}

/// Returns the URL to create an experiment, with an environment preselected unless `environment` is empty.
pub(crate) fn new_experiment(environment: &str) -> String {
    Url::new(NEW_EXPERIMENT.url()).with_some("environment", environment).into()
}

/// Returns the URL of a page of the audiences of one environment or of all.
pub(crate) fn audiences(environment: Option<&str>, page: u64) -> String {
    let url = of_environment(AUDIENCES, environment);
    if page > 1 { url.with("page", &page.to_string()) } else { url }.into()
}

/// Returns the URL to create an audience, with an environment preselected.
pub(crate) fn new_audience(environment: Option<&str>) -> String {
    of_environment(NEW_AUDIENCE, environment).into()
}

fn below(page: Page, id: &str) -> String {
    format!("{}/{id}", page.url())
}

/// Ids consist of letters, digits, hyphens and underscores; other characters are dropped.
fn of_environment(page: Page, environment: Option<&str>) -> Url {
    let url = Url::new(page.url());
    match environment {
        Some(environment) => {
            let is_of_id =
                |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
            url.with("environment", &environment.chars().filter(is_of_id).collect::<String>())
        }
        None => url,
    }
}

/// A URL to which parameters are added.
pub(super) struct Url {
    text: String,
    separator: char,
}

impl Url {
    /// Starts with a URL without parameters.
    pub(super) const fn new(text: String) -> Self {
        Self { text, separator: '?' }
    }

    /// Adds a parameter, escaped.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.text.push(self.separator);
        self.text.push_str(name);
        self.text.push('=');
        escape(value, &mut self.text);
        self.separator = '&';
        self
    }

    /// Adds a parameter unless its value is empty.
    pub(super) fn with_some(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.with(name, value) }
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.text
    }
}

/// Appends a percent-encoded parameter value.
fn escape(text: &str, to: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |half: u8| DIGITS.get(usize::from(half)).map_or('0', |digit| char::from(*digit));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            to.push(char::from(byte));
        } else {
            to.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_audiences_have_environment_and_page() {
        assert_eq!(audiences(None, 1), "/audiences");
        assert_eq!(audiences(None, 2), "/audiences?page=2");
        assert_eq!(audiences(Some("e-1"), 3), "/audiences?environment=e-1&page=3");
        assert_eq!(
            audiences(Some("prod_eu"), 1),
            "/audiences?environment=prod_eu",
            "as an imported id may be"
        );
        assert_eq!(new_audience(Some("a&b=#")), "/audiences/new?environment=ab");
    }

    #[test]
    fn urls_of_experiments_have_environment_and_status() {
        assert_eq!(
            (new_experiment(""), new_experiment("e-1")),
            ("/experiments/new".to_owned(), "/experiments/new?environment=e-1".to_owned())
        );
        assert_eq!(
            experiments_with_status("e-1", Status::Running),
            "/experiments?environment=e-1&status=RUNNING"
        );
    }
}
