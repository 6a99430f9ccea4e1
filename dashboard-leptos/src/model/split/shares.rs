//! Which buckets get which variant, as it is edited.

use std::{iter, mem};

use edgewise_api::resources::Allocation;

use super::{
    buckets::{Buckets, in_proportion},
    segment::{BUCKETS, Segment},
};
use crate::model::quoted;

/// Ranges that an experiment may have.
pub(crate) const MOST_RANGES: usize = edgewise_api::limits::VARIANTS;

/// Which buckets get which variant: all buckets, as runs of those that get the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// None is empty, and no two neighbours are alike; together they have all buckets.
    pub(super) segments: Vec<Segment>,
}

/// Buckets in a row that get a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range<'a> {
    /// The variant's id.
    pub(crate) variant: &'a str,
    /// The first bucket.
    pub(crate) start: u32,
    /// The last bucket, which belongs to it.
    pub(crate) end: u32,
}

/// What going from one split to another changes, in buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Impact {
    /// They get a variant and had none.
    pub(crate) gain: u32,
    /// They get another variant.
    pub(crate) switch: u32,
    /// They had a variant and get none.
    pub(crate) lose: u32,
}

impl Default for Split {
    /// Nobody gets anything.
    fn default() -> Self {
        Self { segments: Buckets::new().into_segments() }
    }
}

impl Split {
    /// That of an experiment. Where allocations overlap, the first counts, as when deciding.
    pub(crate) fn of(allocations: &[Allocation]) -> Self {
        let mut buckets = Buckets::new();
        for allocation in allocations.iter().rev() {
            let owner = buckets.owner(&allocation.variant_id);
            let bucket = |number: i64| u32::try_from(number).unwrap_or(0);
            let (start, end) = (bucket(allocation.range_start), bucket(allocation.range_end + 1));
            buckets.put(owner, start, end.saturating_sub(start));
        }
        Self { segments: buckets.into_segments() }
    }

    /// As a request to put allocations has it.
    pub(crate) fn to_json(&self) -> String {
        let ranges: Vec<String> = self
            .ranges()
            .iter()
            .map(|Range { variant, start, end }| {
                let variant = quoted(variant);
                format!(r#"{{"variantId":{variant},"rangeStart":{start},"rangeEnd":{end}}}"#)
            })
            .collect();
        format!(r#"{{"allocations":[{}]}}"#, ranges.join(","))
    }

    /// All buckets, in their order.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Those that get a variant, in the order of buckets.
    pub(crate) fn ranges(&self) -> Vec<Range<'_>> {
        let mut start = 0;
        let mut ranges = Vec::new();
        for segment in &self.segments {
            if let Some(variant) = segment.variant.as_deref() {
                ranges.push(Range { variant, start, end: start + segment.buckets - 1 });
            }
            start += segment.buckets;
        }
        ranges
    }

    /// Where segments meet: the first bucket of each but the first segment.
    pub(crate) fn borders(&self) -> Vec<u32> {
        let mut at = 0;
        let mut borders = Vec::new();
        for segment in &self.segments {
            at += segment.buckets;
            if at < BUCKETS {
                borders.push(at);
            }
        }
        borders
    }

    /// How many buckets get the variant; `None` stands for those that get none.
    pub(crate) fn share(&self, variant: Option<&str>) -> u32 {
        let own = self.segments.iter().filter(|segment| segment.variant.as_deref() == variant);
        own.map(|segment| segment.buckets).sum()
    }

    /// How many buckets get a variant.
    pub(crate) fn allocated(&self) -> u32 {
        BUCKETS - self.share(None)
    }

    /// Gives a variant that many buckets. It gives back its last ones, or takes unallocated ones; and where these are too
    /// few, the others' in proportion to what they have.
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
        buckets.claim(vec![(owner, more - free)], in_proportion(&others, more - free));
        self.segments = buckets.into_segments();
    }

    /// Moves the border of that number, between two segments, to begin at a bucket: at most to their other ends.
    pub(crate) fn move_border(&mut self, border: usize, to: u32) {
        let start: u32 = self.segments.iter().take(border).map(|segment| segment.buckets).sum();
        let mut beside = self.segments.iter_mut().skip(border);
        let (Some(left), Some(right)) = (beside.next(), beside.next()) else { return };
        let both = left.buckets + right.buckets;
        left.buckets = to.clamp(start, start + both) - start;
        right.buckets = both - left.buckets;
        self.join();
    }

    /// Gives each variant as much as the others, together everything, each in one range.
    pub(crate) fn even(&mut self, variants: &[&str]) {
        let mut buckets = Buckets::new();
        let mut start = 0;
        for (variant, share) in variants.iter().zip(in_proportion(&vec![1; variants.len()], BUCKETS)) {
            let owner = buckets.owner(variant);
            buckets.put(owner, start, share);
            start += share;
        }
        self.segments = buckets.into_segments();
    }

    /// Has that many buckets get a variant, in the proportion they have now. All that stay keep theirs: growing takes
    /// unallocated buckets alone, shrinking gives back the last of each variant. If none has any, all get as much.
    pub(crate) fn ramp(&mut self, variants: &[&str], allocated: u32) {
        if self.allocated() == 0 {
            self.even(variants);
        }
        let mut buckets = Buckets::of(&self.segments);
        let mut shares = buckets.shares();
        let unallocated = shares.first_mut().map_or(0, mem::take);
        let targets = in_proportion(&shares, allocated.min(BUCKETS));
        let mut wanted = Vec::new();
        for (owner, (share, target)) in shares.into_iter().zip(targets).enumerate() {
            buckets.release(owner, share.saturating_sub(target));
            wanted.push((owner, target.saturating_sub(share)));
        }
        buckets.claim(wanted, vec![unallocated]);
        self.segments = buckets.into_segments();
    }

    /// Leaves only these variants theirs: all other buckets become unallocated.
    pub(crate) fn keep(&mut self, variants: &[&str]) {
        for segment in &mut self.segments {
            segment.variant = segment.variant.take().filter(|id| variants.contains(&id.as_str()));
        }
        self.join();
    }

    /// What going from another split to this one changes.
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

    /// Drops empty segments, and makes one of neighbours that are alike.
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
