//! The JSON fragments that responses are assembled from.

use super::words::Words;
use crate::{
    assignment::{EntityId, VariantId},
    wire,
};

/// Fragments of responses, as JSON in UTF-8.
#[derive(Clone, Copy, Debug)]
pub struct Fragments<'a> {
    pub(super) experiments: Words<'a>,
    pub(super) starts: Words<'a>,
    pub(super) text: &'a [u8],
}

impl<'a> Fragments<'a> {
    /// Returns the start of an experiment's assignment: `{"experiment_key":…,"experiment_id":…,`. Empty if there is no such
    /// experiment.
    #[must_use]
    #[inline]
    pub fn head(self, entity: EntityId) -> &'a [u8] {
        self.experiments.get(entity.index()).map_or(&[], |fragment| self.fragment(fragment))
    }

    /// Returns the end of an assignment to a variant: `"variant_key":…,"variant_id":…,"payload":…}`, without the payload if
    /// the variant has none. Empty if there is no such variant.
    #[must_use]
    #[inline]
    pub fn tail(self, entity: EntityId, variant: VariantId) -> &'a [u8] {
        let bounds =
            self.experiments.get(entity.index()).zip(self.experiments.get(entity.index().saturating_add(1)));
        let Some((head, end)) = bounds else { return &[] };
        let fragment = head.saturating_add(1).saturating_add(variant.get());
        if fragment < end { self.fragment(fragment) } else { &[] }
    }

    /// Returns the end of an assignment to a variant as [`tail`](Self::tail) does, without the payload and the closing brace.
    #[must_use]
    pub fn tail_without_payload(self, entity: EntityId, variant: VariantId) -> &'a [u8] {
        wire::without_payload(self.tail(entity, variant))
    }

    #[inline]
    fn fragment(self, fragment: u32) -> &'a [u8] {
        let [start, end] = self.starts.record(fragment as usize);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}
