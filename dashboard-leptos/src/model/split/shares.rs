//! The editable split of an experiment.

use std::{iter, mem};

use edgewise_api::resources::{Allocation, AllocationRequest, AllocationsPut};
use serde::Serialize;

use super::{
    buckets::{Buckets, proportional},
    segment::{BUCKETS, Segment},
};
use crate::model::Kept;

/// The maximum number of ranges of an experiment.
pub(crate) const MAX_RANGES: usize = edgewise_api::limits::VARIANTS;

/// The assignment of all buckets to variants. Serialized, it is the list of its segments.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Split {
    /// All segments together have all buckets. While a split is edited, segments may be empty, and neighbours may have the
    /// same variant.
    pub(super) segments: Vec<Segment>,
}

impl Kept for Split {
    fn read(json: &str) -> Option<Self> {
        let segments = Vec::<Segment>::read(json)?;
        let left = segments.iter().try_fold(BUCKETS, |left, segment| left.checked_sub(segment.buckets));
        (left == Some(0)).then_some(Self { segments })
    }
}

/// Splits are equal if each bucket has the same variant.
impl PartialEq for Split {
    fn eq(&self, other: &Self) -> bool {
        self.ranges() == other.ranges()
    }
}

impl Eq for Split {}

/// Consecutive buckets of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range<'a> {
    /// The variant's id.
    pub(crate) variant: &'a str,
    /// The first bucket.
    pub(crate) start: u32,
    /// The last bucket, inclusive.
    pub(crate) end: u32,
}

/// The impact of a change of the split, in buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Impact {
    /// Buckets that get a variant and had none.
    pub(crate) gain: u32,
    /// Buckets that get another variant.
    pub(crate) switch: u32,
    /// Buckets that lose their variant.
    pub(crate) lose: u32,
}

impl Default for Split {
    /// All buckets are unallocated.
    fn default() -> Self {
        Self { segments: Buckets::new().into_segments() }
    }
}

impl Split {
    /// Reads the allocations of an experiment. Where allocations overlap, the first one counts, as in decisions.
    pub(crate) fn of(allocations: &[Allocation]) -> Self {
        let mut buckets = Buckets::new();
        for allocation in allocations.iter().rev() {
            let owner = buckets.owner(&allocation.variant_id);
            let bucket = |number: i64| u32::try_from(number).unwrap_or(0);
            let (start, end) = (bucket(allocation.range_start), bucket(allocation.range_end + 1));
            buckets.assign(owner, start, end.saturating_sub(start));
        }
        Self { segments: buckets.into_segments() }
    }

    /// Returns the request to save the allocations.
    pub(crate) fn request(&self) -> AllocationsPut {
        let allocation = |range: Range<'_>| AllocationRequest {
            variant_id: range.variant.to_owned(),
            range_start: range.start.into(),
            range_end: range.end.into(),
        };
        AllocationsPut { allocations: self.ranges().into_iter().map(allocation).collect() }
    }

    /// Returns all segments in the order of their buckets.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the ranges of buckets that have a variant.
    pub(crate) fn ranges(&self) -> Vec<Range<'_>> {
        let mut start = 0;
        let mut ranges: Vec<Range<'_>> = Vec::new();
        for segment in &self.segments {
            if let Some(variant) = segment.variant.as_deref().filter(|_| segment.buckets > 0) {
                let end = start + segment.buckets - 1;
                match ranges.last_mut() {
                    Some(Range { variant: before, end: last, .. })
                        if *before == variant && *last + 1 == start =>
                    {
                        *last = end;
                    }
                    _ => ranges.push(Range { variant, start, end }),
                }
            }
            start += segment.buckets;
        }
        ranges
    }

    /// Returns the borders between segments: the first bucket of each segment but the first.
    pub(crate) fn borders(&self) -> Vec<u32> {
        let mut at = 0;
        let mut borders = Vec::new();
        for segment in &self.segments {
            at += segment.buckets;
            borders.push(at);
        }
        borders.pop();
        borders
    }

    /// Returns the number of buckets of a variant; `None` stands for unallocated buckets.
    pub(crate) fn share(&self, variant: Option<&str>) -> u32 {
        let own = self.segments.iter().filter(|segment| segment.variant.as_deref() == variant);
        own.map(|segment| segment.buckets).sum()
    }

    /// Returns the number of buckets that have a variant.
    pub(crate) fn allocated(&self) -> u32 {
        BUCKETS - self.share(None)
    }

    /// Sets the number of buckets of a variant. A smaller share gives back the variant's last buckets. A larger one
    /// takes unallocated buckets, then buckets of the other variants in proportion to their shares.
    pub(crate) fn set_share(&mut self, variant: &str, share: u32) {
        let share = share.min(BUCKETS);
        let mut buckets = Buckets::of(&self.segments);
        let owner = buckets.owner(variant);
        let mut others = buckets.shares();
        let had = others.get_mut(owner).map_or(0, mem::take);
        let unallocated = others.first_mut().map_or(0, mem::take);
        buckets.release(owner, had.saturating_sub(share));
        let more = share.saturating_sub(had);
        let free = more.min(unallocated);
        buckets.claim(vec![(owner, free)], vec![free]);
        buckets.claim(vec![(owner, more - free)], proportional(&others, more - free));
        self.segments = buckets.into_segments();
    }

    /// Moves the border between two segments to a bucket, at most to the segments' other ends. An empty segment stays, so
    /// that its border can be moved back.
    pub(crate) fn move_border(&mut self, border: usize, to: u32) {
        let start: u32 = self.segments.iter().take(border).map(|segment| segment.buckets).sum();
        let mut beside = self.segments.iter_mut().skip(border);
        let (Some(left), Some(right)) = (beside.next(), beside.next()) else { return };
        let both = left.buckets + right.buckets;
        left.buckets = to.clamp(start, start + both) - start;
        right.buckets = both - left.buckets;
    }

    /// Moves the border that a pointer drags. Of several borders at the same place, with empty segments between them, the
    /// one moves that can.
    pub(crate) fn drag_border(&mut self, border: usize, to: u32) {
        let borders = self.borders();
        let Some(from) = borders.get(border).copied() else { return };
        let is_there = |other: &u32| *other == from;
        let first = if to < from { borders.iter().position(is_there) } else { None };
        let movable = first.or_else(|| borders.iter().rposition(is_there));
        self.move_border(movable.unwrap_or(border), to);
    }

    /// Adds an empty segment for each variant that has none, so that the variant has a border to be moved. Returns whether
    /// a segment was added.
    pub(crate) fn keep_places(&mut self, variants: &[&str]) -> bool {
        let has_place = |id: &str| self.segments.iter().any(|segment| segment.variant.as_deref() == Some(id));
        let missing: Vec<Segment> = variants
            .iter()
            .filter(|id| !has_place(id))
            .map(|id| Segment { variant: Some((*id).to_owned()), buckets: 0 })
            .collect();
        let is_added = !missing.is_empty();
        // Unallocated buckets at the end stay there.
        let is_free = self.segments.last().is_some_and(|last| last.variant.is_none());
        let place = self.segments.len().saturating_sub(usize::from(is_free));
        self.segments.splice(place..place, missing);
        is_added
    }

    /// Divides all buckets equally among the variants, one range each.
    pub(crate) fn divide_evenly(&mut self, variants: &[&str]) {
        let mut buckets = Buckets::new();
        let mut start = 0;
        for (variant, share) in variants.iter().zip(proportional(&vec![1; variants.len()], BUCKETS)) {
            let owner = buckets.owner(variant);
            buckets.assign(owner, start, share);
            start += share;
        }
        self.segments = buckets.into_segments();
    }

    /// Sets the number of allocated buckets in the current proportions, or in equal ones if nothing is allocated.
    /// Growing takes unallocated buckets only, shrinking gives back the last buckets of each variant, so all other
    /// buckets keep their variant.
    pub(crate) fn ramp(&mut self, variants: &[&str], allocated: u32) {
        if self.allocated() == 0 {
            self.divide_evenly(variants);
        }
        let mut buckets = Buckets::of(&self.segments);
        let mut shares = buckets.shares();
        let unallocated = shares.first_mut().map_or(0, mem::take);
        let targets = proportional(&shares, allocated.min(BUCKETS));
        let mut wanted = Vec::new();
        for (owner, (share, target)) in shares.into_iter().zip(targets).enumerate() {
            buckets.release(owner, share.saturating_sub(target));
            wanted.push((owner, target.saturating_sub(share)));
        }
        buckets.claim(wanted, vec![unallocated]);
        self.segments = buckets.into_segments();
    }

    /// Makes the buckets of all other variants unallocated.
    pub(crate) fn retain(&mut self, variants: &[&str]) {
        for segment in &mut self.segments {
            segment.variant = segment.variant.take().filter(|id| variants.contains(&id.as_str()));
        }
        self.join();
    }

    /// Returns the impact of a change from another split to this one.
    pub(crate) fn impact<'a>(&'a self, from: &'a Self) -> Impact {
        let each =
            |segment: &'a Segment| iter::repeat_n(segment.variant.as_deref(), segment.buckets as usize);
        let before = from.segments.iter().flat_map(each);
        let mut impact = Impact::default();
        for (before, after) in before.zip(self.segments.iter().flat_map(each)) {
            match (before, after) {
                (None, Some(_)) => impact.gain += 1,
                (Some(_), None) => impact.lose += 1,
                (before, after) if before != after => impact.switch += 1,
                _ => {}
            }
        }
        impact
    }

    /// Removes empty segments, and merges neighbours with the same variant.
    pub(super) fn join(&mut self) {
        let mut joined: Vec<Segment> = Vec::new();
        for segment in self.segments.drain(..).filter(|segment| segment.buckets > 0) {
            match joined.last_mut() {
                Some(last) if last.variant == segment.variant => last.buckets += segment.buckets,
                _ => joined.push(segment),
            }
        }
        self.segments = joined;
    }
}
