use edgewise_api::resources::{Status, Variant};
use leptos::prelude::*;

use super::{
    editing::Editing,
    section::{Section, SectionFoot},
};
use crate::{
    calls::ExperimentPart,
    components::{Part, SplitEditor, flag, when},
    model::{ExperimentChange, MAX_RANGES, Split},
};

/// The section that edits the split.
#[component]
pub(super) fn AllocationSection(editing: Editing) -> impl IntoView {
    let split = editing.split;
    let parts = Memo::new(move |_| {
        editing.detail.with(|detail| {
            let part = |variant: &Variant| Part { id: variant.id.clone(), name: variant.name.clone() };
            detail.variants.iter().map(part).collect::<Vec<_>>()
        })
    });
    let is_live = Signal::derive(move || editing.detail.with(|detail| detail.row.status == Status::Running));
    let is_wrong = flag(move || editing.wrong_shares.with(|wrong| !wrong.is_empty()));
    let reason = Signal::derive(move || match split.current.with(|split| split.ranges().len()) {
        ranges if ranges > MAX_RANGES => format!(
            "The split has {ranges} ranges, and at most {MAX_RANGES} can be saved. Choose “Even split”, which gives each variant \
             one range, or discard the changes."
        ),
        _ => String::new(),
    });
    let has_none = move || parts.with(Vec::is_empty);
    view! {
        <Section id="allocation" title="Split" about="The share of users for each variant. Users keep their variant while the ranges stay the same">
            {when(has_none, || view! {
                <p class="part-empty">"Save variants first. Then you can split the users among them."</p>
            }.into_any())}
            {when(move || !has_none(), move || view! {
                <SplitEditor parts=parts split=split.current saved=split.saved live=is_live wrong=editing.wrong_shares/>
                <SectionFoot
                    editing
                    part=ExperimentPart::Allocations
                    changed=editing.split_changed
                    blocked=is_wrong
                    reason=reason
                    label="Save split"
                    save=move || {
                        let request = split.current.with_untracked(Split::request);
                        editing.save(ExperimentChange::Allocations(request), "Split saved");
                    }
                    discard=move || {
                        editing.wrong_shares.set(Vec::new());
                        split.discard();
                    }
                />
            }.into_any())}
        </Section>
    }
}
