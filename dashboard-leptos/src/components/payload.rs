use leptos::prelude::*;

/// Edits a JSON object, and says as one types what is wrong with it. Empty stands for none.
#[component]
pub(crate) fn PayloadEditor(
    /// The input's id.
    #[prop(into)]
    id: String,
    /// What is edited.
    text: RwSignal<String>,
) -> impl IntoView {
    let _ = (id, text);
}
