use leptos::prelude::*;

/// A table. `columns` holds the text and CSS class of each column's header.
#[component]
pub(super) fn Table<const N: usize>(
    class: &'static str,
    columns: [(&'static str, &'static str); N],
    /// The rows.
    children: Children,
) -> impl IntoView {
    let columns = columns.map(|(words, class)| {
        let class = Some(class).filter(|class| !class.is_empty());
        view! { <th scope="col" class=class>{words}</th> }
    });
    view! {
        <div class=class>
            <table>
                <thead><tr>{columns.into_iter().collect_view()}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
