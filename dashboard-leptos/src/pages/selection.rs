//! Announcing what the query of a list's URL selects.

use std::sync::Arc;

use leptos::prelude::*;

use super::loaded::OnShown;
use crate::components::announce_selected;

/// Returns what announces `words`, such as `Experiments, page 2`, to screen readers when the content of another query is shown. The
/// path, which announces the page itself, is the same.
pub(super) fn announcing(words: Signal<String>) -> OnShown {
    // Whether the query has changed since the last announcement. The page announces the first query itself.
    let is_new = StoredValue::new(false);
    Effect::new(move |before: Option<()>| {
        words.track();
        is_new.set_value(before.is_some());
    });
    Arc::new(move || {
        if is_new.try_update_value(std::mem::take).unwrap_or_default()
            && let Some(words) = words.try_get_untracked()
        {
            announce_selected(&words);
        }
    })
}
