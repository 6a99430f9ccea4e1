use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
    web_sys::{Element, wasm_bindgen::JsCast},
};

use super::bar::{Part, class_and_name};
use crate::model::{BUCKETS, Split, percent};

/// Buckets per step of a drag. Values in between can be typed, or reached with the arrow keys.
const DRAG_STEP: i32 = 50;

/// A drag in progress: the pointer's position and the split at its start.
#[derive(Clone, Debug)]
struct Drag {
    from_x: i32,
    from: Split,
    at: u32,
}

/// A border between two segments, which can be moved by pointer and by keys.
#[component]
pub(super) fn Border(
    number: usize,
    parts: Signal<Vec<Part>>,
    split: RwSignal<Split>,
    /// The element whose width is 100 %.
    track: NodeRef<html::Div>,
) -> impl IntoView {
    let drag = StoredValue::new(None::<Drag>);
    // The previous border, this one and the next one.
    let place = Memo::new(move |_| {
        let borders = split.with(Split::borders);
        let border = |number: usize| borders.get(number).copied();
        let before = number.checked_sub(1).and_then(border).unwrap_or(0);
        (before, border(number).unwrap_or(BUCKETS), border(number + 1).unwrap_or(BUCKETS))
    });
    let sides = move || {
        split.with(|split| {
            let mut names = Vec::new();
            for segment in split.segments().iter().skip(number).take(2) {
                let (_, name) = parts.with(|parts| class_and_name(parts, segment));
                names.push((name, percent(segment.buckets)));
            }
            names
        })
    };
    let label = Signal::derive(move || {
        let names: Vec<String> = sides().into_iter().map(|(name, _)| name).collect();
        format!("Border between {}", names.join(" and "))
    });
    let value = Signal::derive(move || {
        let shares: Vec<String> =
            sides().into_iter().map(|(name, share)| format!("{name} {share} %")).collect();
        shares.join(", ")
    });
    let start_drag = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(handle) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            // Without capture the drag ends at the handle's edge.
            drop(handle.set_pointer_capture(event.pointer_id()));
        }
        let at = place.with_untracked(|place| place.1);
        drag.set_value(Some(Drag { from_x: event.client_x(), from: split.get_untracked(), at }));
    };
    let drag_to = move |event: PointerEvent| {
        let Some(Drag { from_x, mut from, at }) = drag.get_value() else { return };
        let width = track.get_untracked().map_or(0, |track| track.client_width()).max(1);
        let (Ok(at), Ok(buckets)) = (i32::try_from(at), i32::try_from(BUCKETS)) else { return };
        let moved = (event.client_x() - from_x).saturating_mul(buckets) / width;
        // A click without movement changes nothing.
        if moved == 0 {
            return;
        }
        let to = (at + moved + DRAG_STEP / 2).div_euclid(DRAG_STEP) * DRAG_STEP;
        from.drag_border(number, u32::try_from(to).unwrap_or(0));
        split.set(from);
    };
    let end_drag = move |_: PointerEvent| drag.set_value(None);
    let on_key = move |event: KeyboardEvent| {
        let step = if event.shift_key() { 100 } else { 1 };
        let (before, at, after) = place.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => at.saturating_sub(step),
            "ArrowRight" | "ArrowUp" => at + step,
            "PageDown" => at.saturating_sub(1_000),
            "PageUp" => at + 1_000,
            "Home" => before,
            "End" => after,
            _ => return,
        };
        event.prevent_default();
        split.update(|split| split.move_border(number, to));
    };
    view! {
        <div
            class="split-border"
            role="slider"
            tabindex="0"
            style:left=Signal::derive(move || format!("{}%", percent(place.get().1)))
            aria-label=label
            aria-valuemin=Signal::derive(move || percent(place.get().0))
            aria-valuemax=Signal::derive(move || percent(place.get().2))
            aria-valuenow=Signal::derive(move || percent(place.get().1))
            aria-valuetext=value
            on:pointerdown=start_drag
            on:pointermove=drag_to
            on:pointerup=end_drag
            on:pointercancel=end_drag
            on:keydown=on_key
        ></div>
    }
}
