use leptos::prelude::*;

/// A table: the class of it, and the words and the class of each column's head.
#[component]
pub(super) fn Table<const N: usize>(
    class: &'static str,
    heads: [(&'static str, &'static str); N],
    /// Its rows.
    children: Children,
) -> impl IntoView {
    let heads = heads.map(|(words, class)| {
        let class = Some(class).filter(|class| !class.is_empty());
        view! { <th scope="col" class=class>{words}</th> }
    });
    view! {
        <div class=class>
            <table>
                <thead><tr>{heads.into_iter().collect_view()}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
