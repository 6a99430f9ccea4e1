//! Moving the keyboard's focus to where work goes on.

#[cfg(target_family = "wasm")]
use leptos::{
    prelude::*,
    web_sys::{Element, HtmlElement, wasm_bindgen::JsCast},
};

/// Focuses the first element that one of the CSS selectors matches, once the page shows the last changes.
pub(crate) fn focus(selectors: &[&str]) {
    after_changes(selectors, false);
}

/// Like [`focus`], if the element that had the focus is gone or disabled.
pub(crate) fn restore_focus(selectors: &[&str]) {
    after_changes(selectors, true);
}

/// Returns whether somebody is entering something.
#[cfg(target_family = "wasm")]
pub(crate) fn is_in_field() -> bool {
    let is_field = |element: Element| element.matches("input, select, textarea").unwrap_or(false);
    document().active_element().is_some_and(is_field)
}

/// Nobody enters anything on the server.
#[cfg(not(target_family = "wasm"))]
pub(crate) const fn is_in_field() -> bool {
    false
}

/// Returns what is next to an item of a list that is removed: the item after it; if there is none, the item before it.
pub(crate) fn beside<'a, T: PartialEq>(list: &'a [T], item: &T) -> Option<&'a T> {
    let place = list.iter().position(|other| other == item)?;
    list.get(place + 1).or_else(|| list.get(place.checked_sub(1)?))
}

#[cfg(not(target_family = "wasm"))]
fn after_changes(_: &[&str], _: bool) {}

#[cfg(target_family = "wasm")]
fn after_changes(selectors: &[&str], only_if_lost: bool) {
    let selectors: Vec<String> = selectors.iter().map(|selector| (*selector).to_owned()).collect();
    // Before the first frame the changes are not in the document, or the element is still hidden.
    request_animation_frame(move || {
        request_animation_frame(move || {
            if only_if_lost && !is_lost() {
                return;
            }
            let find = |selector: &String| document().query_selector(selector).ok().flatten();
            let found = selectors.iter().find_map(find);
            if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                drop(element.focus());
            }
        });
    });
}

/// Returns whether no element that can be used has the focus.
#[cfg(target_family = "wasm")]
fn is_lost() -> bool {
    let is_unusable = |element: Element| {
        element.tag_name() == "BODY" || element.matches(":disabled, .hidden, [hidden] *").unwrap_or(true)
    };
    document().active_element().is_none_or(is_unusable)
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn work_goes_on_at_the_next_item_or_at_the_last_one() {
        let list = [1, 2, 3];
        assert_eq!([1, 2, 3, 4].map(|item| beside(&list, &item)), [Some(&2), Some(&3), Some(&2), None]);
        assert_eq!(beside(&[1], &1), None);
    }
}
