//! Opening pages without a click on a link.

use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Returns the function that opens a URL of [`links`](crate::model::links). With `replace`, the URL replaces the current one
/// in the browser's history, and the page does not scroll.
pub(super) fn navigator(replace: bool) -> impl Fn(&str) + Clone {
    let navigate = use_navigate();
    move |url| {
        // The URL begins with the base already, so the router must not add the base.
        let options = NavigateOptions { resolve: false, replace, scroll: !replace, ..Default::default() };
        navigate(url, options);
    }
}
