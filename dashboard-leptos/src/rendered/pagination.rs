use edgewise_api::page;
use leptos::prelude::*;

use crate::components::{Icon, Symbol};

/// The links to the previous and next page of a list.
#[component]
pub(super) fn Pagination(
    pagination: page::Pagination,
    /// Returns the URL of a page.
    url: impl Fn(u64) -> String,
) -> impl IntoView {
    let page::Pagination { page, page_size, total, total_pages } = pagination;
    let first = (page - 1).saturating_mul(page_size).saturating_add(1);
    let last = page.saturating_mul(page_size).min(total);
    let before = (page > 1).then(|| url((page - 1).min(total_pages.max(1))));
    let after = (page < total_pages).then(|| url(page + 1));
    let words = match total {
        0 => "None".to_owned(),
        _ if first > total => format!("This page is after the end of the list ({total})"),
        _ => format!("{first}–{last} of {total}"),
    };
    view! {
        <nav class="pages" aria-label="Pages">
            <span>{words}</span>
            {(total_pages > 1 || page > 1).then(|| view! {
                {step(before, "Previous page", Symbol::Left)}
                {step(after, "Next page", Symbol::Right)}
            })}
        </nav>
    }
}

/// Renders a link to another page, or a disabled one. An element without a target is a link only by its role, and without a
/// role could have no label.
fn step(url: Option<String>, label: &'static str, symbol: Symbol) -> impl IntoView {
    let (role, disabled) = if url.is_none() { (Some("link"), Some("true")) } else { (None, None) };
    view! {
        <a class="icon-button" href=url role=role aria-label=label aria-disabled=disabled>
            <Icon symbol=symbol/>
        </a>
    }
}
