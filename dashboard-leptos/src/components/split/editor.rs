use leptos::{html, prelude::*};

use super::{
    bar::{Part, colour, describe, segments},
    border::Border,
};
use crate::{
    components::{Fold, MAX_UNFOLDED, dynamic, effect, flag, handle_click, handle_input, when},
    model::{Impact, MAX_RANGES, Split, parse_percent, percent},
};

/// The presets of the ramp, in per cent.
const RAMP_PERCENT: [u32; 6] = [1, 5, 10, 25, 50, 100];

/// An editor for a split: a bar from 0 to 100 % with movable borders, and an input for each share.
#[component]
pub(crate) fn SplitEditor(
    /// The variants in order.
    #[prop(into)]
    parts: Signal<Vec<Part>>,
    /// The edited split.
    split: RwSignal<Split>,
    /// The saved split, to describe the impact of saving.
    #[prop(optional, into)]
    saved: Option<Signal<Split>>,
    /// Whether users get the saved split.
    #[prop(optional, into)]
    live: Signal<bool>,
    /// The ids of the variants whose input is no share. Such input must not be saved.
    wrong: RwSignal<Vec<String>>,
) -> impl IntoView {
    let track = NodeRef::<html::Div>::new();
    let bar = move || parts.with(|parts| split.with(|split| segments(parts, split)));
    let words = Signal::derive(move || parts.with(|parts| split.with(|split| describe(parts, split))));
    let borders = Memo::new(move |_| {
        let is_usable = parts.with(|parts| parts.len() <= MAX_UNFOLDED);
        if is_usable { split.with(|split| split.borders().len()) } else { 0 }
    });
    let fold = Fold::new();
    let rows = move || {
        let row = |(place, part)| view! { <Row place part split wrong/> };
        parts.get().into_iter().enumerate().map(row).collect_view()
    };
    let unallocated = Signal::derive(move || split.with(|split| percent(split.share(None))));
    // Buckets of removed variants become unallocated. Variants without buckets keep a border.
    effect(move || {
        let parts = parts.get();
        let ids = parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>();
        let mut kept = split.get();
        let mut retained = kept.clone();
        retained.retain(&ids);
        let is_changed = retained != kept;
        if is_changed {
            kept = retained;
            wrong.update(|wrong| wrong.retain(|id| ids.contains(&id.as_str())));
        }
        let is_added = ids.len() <= MAX_UNFOLDED && kept.keep_places(&ids);
        if is_changed || is_added {
            split.set(kept);
        }
    });
    view! {
        <div class="split-editor">
            <Presets parts split/>
            <div class="split-stage">
                <div class="split-track" node_ref=track>
                    <div class="split-bar" role="img" aria-label=words>{bar}</div>
                    <div class="needs-script">
                        <For each=move || 0..borders.get() key=|number| *number let:number>
                            <Border number parts split track/>
                        </For>
                    </div>
                </div>
                <div class="split-scale" aria-hidden="true">
                    <span>"0 %"</span><span>"25"</span><span>"50"</span><span>"75"</span><span>"100 %"</span>
                </div>
            </div>
            <ul class="split-rows" class:folded=Signal::derive(move || fold.is_folded(parts.with(Vec::len)))>
                {rows}
                <li class="split-row open">
                    <span class="swatch unallocated" aria-hidden="true"></span>
                    <span class="quiet">"No variant"</span>
                    <span class="split-share"><output>{unallocated}</output> <span class="quiet">"%"</span></span>
                </li>
            </ul>
            {fold.button(move || parts.with(Vec::len), "variants")}
            {dynamic(move || {
                let impact = split.with(|split| saved?.with(|saved| (split != saved).then(|| split.impact(saved))))?;
                let words = if live.get() {
                    describe_impact(impact)
                } else {
                    "Saving does not affect users until the experiment runs.".to_owned()
                };
                Some(view! { <p class="split-impact quiet" role="status">{words}</p> }.into_any())
            })}
            // Beside a button to save, the button says it.
            {when(move || saved.is_none() && split.with(|split| split.ranges().len() > MAX_RANGES), || view! {
                <p class="problem">"The split has more than 100 ranges. An even split gives each variant one range."</p>
            }.into_any())}
        </div>
    }
}

/// Buttons that set all shares at once.
#[component]
fn Presets(parts: Signal<Vec<Part>>, split: RwSignal<Split>) -> impl IntoView {
    let change = move |change: &dyn Fn(&mut Split, &[&str])| {
        parts.with_untracked(|parts| {
            let ids: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
            split.update(|split| change(split, &ids));
        });
    };
    let preset = |share: u32| {
        let is_current = move || split.with(|split| split.allocated() == share * 100);
        view! {
            <button
                type="button"
                class="button small"
                aria-pressed=Signal::derive(move || is_current().to_string())
                title="Users keep their variant as far as the share allows"
                on:click=handle_click(move |_| change(&|split, ids| split.ramp(ids, share * 100)))
            >
                {share} " %"
            </button>
        }
    };
    view! {
        <div class="split-presets needs-script">
            <span class="label" id="ramp-to">"Ramp to"</span>
            <div class="joined" role="group" aria-labelledby="ramp-to">{RAMP_PERCENT.map(preset).into_iter().collect_view()}</div>
            <button type="button" class="button small even" on:click=handle_click(move |_| change(&|split, ids| split.divide_evenly(ids)))>
                "Even split"
            </button>
        </div>
    }
}

/// The input for a variant's share.
#[component]
fn Row(place: usize, part: Part, split: RwSignal<Split>, wrong: RwSignal<Vec<String>>) -> impl IntoView {
    let Part { id: variant, name } = part;
    let id = format!("share-{place}");
    let note = format!("{id}-note");
    let share = {
        let variant = variant.clone();
        Memo::new(move |_| split.with(|split| percent(split.share(Some(&variant)))))
    };
    let initial = share.get_untracked();
    let text = RwSignal::new(initial.clone());
    let is_wrong = {
        let variant = variant.clone();
        flag(move || wrong.with(|wrong| wrong.contains(&variant)))
    };
    let forget = {
        let variant = variant.clone();
        move || {
            if is_wrong.get_untracked() {
                wrong.update(|wrong| wrong.retain(|id| *id != variant));
            }
        }
    };
    // A share that is changed elsewhere replaces the input.
    effect({
        let forget = forget.clone();
        move || {
            text.set(share.get());
            forget();
        }
    });
    // Discarding replaces input that is no share.
    effect(move || {
        if !is_wrong.get() && text.with_untracked(|text| parse_percent(text)).is_none() {
            text.set(share.get_untracked());
        }
    });
    // The problem appears while typing: if it appeared when the input is left, buttons would move away under the pointer.
    let typed = {
        let (variant, forget) = (variant.clone(), forget.clone());
        move |event| {
            text.set(event_target_value(&event));
            if text.with_untracked(|text| parse_percent(text)).is_some() {
                forget();
            } else if !is_wrong.get_untracked() {
                wrong.update(|wrong| wrong.push(variant.clone()));
            }
        }
    };
    let entered = move |_| {
        if let Some(entered) = text.with_untracked(|text| parse_percent(text)) {
            split.update(|split| split.set_share(&variant, entered));
            text.set(share.get_untracked());
        }
    };
    let problem = Signal::derive(move || {
        if is_wrong.get() { "Enter a number from 0 to 100, with at most two decimals" } else { "" }
    });
    view! {
        <li class="split-row" class:wrong=is_wrong>
            <span class=format!("swatch {}", colour(place)) aria-hidden="true"></span>
            <label for=id.clone()>{name}</label>
            <span class="split-share">
                <input
                    id=id
                    inputmode="decimal"
                    autocomplete="off"
                    value=initial
                    prop:value=text
                    aria-describedby=note.clone()
                    aria-invalid=Signal::derive(move || is_wrong.get().then_some("true"))
                    on:input=handle_input(typed)
                    on:change=handle_input(entered)
                />
                <span class="quiet">"%"</span>
            </span>
            <p class="problem" id=note aria-live="polite">{problem}</p>
        </li>
    }
}

/// Describes the impact of saving on users.
fn describe_impact(impact: Impact) -> String {
    let Impact { gain, switch, lose } = impact;
    let parts =
        [(switch, "switch to another variant"), (gain, "get a variant"), (lose, "lose their variant")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(share, _)| *share > 0)
        .map(|(share, what)| format!("{} % {what}", percent(*share)))
        .collect();
    format!("Saving affects {} % of users: {}.", percent(gain + switch + lose), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_impact_of_saving_is_described_in_shares_of_users() {
        let words = describe_impact(Impact { gain: 1_000, switch: 0, lose: 50 });
        assert_eq!(words, "Saving affects 10.5 % of users: 10 % get a variant, 0.5 % lose their variant.");
    }
}
