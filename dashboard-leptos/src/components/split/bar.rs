use leptos::prelude::*;

use crate::model::{Segment, Split, percent};

/// The CSS classes of the variants' colours.
const COLOURS: [&str; 8] =
    ["variant-1", "variant-2", "variant-3", "variant-4", "variant-5", "variant-6", "variant-7", "variant-8"];

/// The maximum number of variants that a description names.
const MAX_DESCRIBED: usize = 12;

/// A variant in a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The variant's id, or a placeholder if it has not been saved.
    pub(crate) id: String,
    /// The variant's name.
    pub(crate) name: String,
}

/// Returns the CSS class with the colour of a variant, by the variant's index.
pub(crate) fn colour(place: usize) -> &'static str {
    COLOURS.get(place % COLOURS.len()).copied().unwrap_or_default()
}

/// Returns the CSS class and the name of the variant of a segment.
pub(super) fn class_and_name(parts: &[Part], segment: &Segment) -> (&'static str, String) {
    let place = parts.iter().position(|part| segment.variant.as_ref() == Some(&part.id));
    match place.and_then(|place| Some((place, parts.get(place)?))) {
        Some((place, part)) => (colour(place), part.name.clone()),
        None => ("unallocated", "No variant".to_owned()),
    }
}

/// Renders the segments of a bar.
pub(super) fn segments(parts: &[Part], split: &Split) -> Vec<AnyView> {
    let segment = |segment: &Segment| {
        let (class, name) = class_and_name(parts, segment);
        let share = format!("{}%", percent(segment.buckets));
        let title = format!("{name}: {share}");
        view! { <span class=class style:width=share title=title></span> }.into_any()
    };
    split.segments().iter().map(segment).collect()
}

/// Describes a split: `Control 50 %, Treatment 40 %, no variant 10 %`.
pub(super) fn describe(parts: &[Part], split: &Split) -> String {
    let mut words = String::new();
    let mut say = |name: &str, share: u32| {
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(name);
        words.push(' ');
        words.push_str(&percent(share));
        words.push_str(" %");
    };
    let mut free = split.share(None);
    for segment in split.segments() {
        if segment.variant.as_ref().is_some_and(|id| parts.iter().all(|part| part.id != *id)) {
            free += segment.buckets;
        }
    }
    let described = if parts.len() > MAX_DESCRIBED { MAX_DESCRIBED / 2 } else { parts.len() };
    for part in parts.iter().take(described) {
        say(&part.name, split.share(Some(&part.id)));
    }
    if described < parts.len() {
        let rest = parts.iter().skip(described).map(|part| split.share(Some(&part.id))).sum();
        say(&format!("{} more variants together", parts.len() - described), rest);
    }
    if free > 0 {
        say("no variant", free);
    }
    words
}

/// A split as a read-only bar.
#[component]
pub(crate) fn SplitBar(
    /// The variants in order.
    parts: Vec<Part>,
    split: Split,
) -> impl IntoView {
    view! {
        <div class="split-bar" role="img" aria-label=describe(&parts, &split)>{segments(&parts, &split)}</div>
    }
}
