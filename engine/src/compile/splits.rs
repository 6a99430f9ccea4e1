use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{
    error::CompileError,
    writer::{Writer, count},
};
use crate::{
    bucket::Bucket,
    ruleset::{
        Split, SplitId, TraceSplitId,
        layout::{MANY, NO_VARIANT, Section},
    },
    snapshot::Experiment,
};

/// How an experiment divides users.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    /// The split, or `None` if no bucket is assigned.
    pub(super) split: Option<Split>,
    /// The allocated ranges as published.
    pub(super) published: TraceSplitId,
}

/// The distinct splits of buckets into variants.
#[derive(Debug, Default)]
pub(super) struct Splits {
    /// The splits by allocations: first bucket, last bucket, variant.
    known: BTreeMap<Vec<(i64, i64, u16)>, Division>,
    /// The allocated ranges as published, and the start of each list of ranges.
    ranges: Vec<u32>,
    range_starts: Vec<u32>,
    segments: Vec<u32>,
    starts: Vec<u32>,
    by_segments: BTreeMap<Vec<u32>, SplitId>,
}

/// The variant of a bucket that is not assigned.
#[expect(clippy::cast_possible_truncation, reason = "it has 16 bits")]
const UNASSIGNED: u16 = NO_VARIANT as u16;

impl Splits {
    /// Returns how an experiment divides users.
    pub(super) fn of(&mut self, experiment: &Experiment) -> Result<Division, CompileError> {
        if experiment.variants.len() >= usize::from(UNASSIGNED) {
            return Err(CompileError::TooManyVariants(experiment.key.clone()));
        }
        let mut variants = BTreeMap::new();
        for (number, variant) in (0..UNASSIGNED).zip(&experiment.variants) {
            // If an id is repeated, the first variant counts.
            variants.entry(variant.id.as_str()).or_insert(number);
        }
        let allocations: Vec<_> = experiment
            .allocations
            .iter()
            .map(|allocation| {
                let variant = variants.get(allocation.variant_id.as_str()).copied().unwrap_or(UNASSIGNED);
                (allocation.range_start, allocation.range_end, variant)
            })
            .collect();
        if let Some(division) = self.known.get(&allocations) {
            return Ok(*division);
        }
        let published = TraceSplitId::new(count(&self.range_starts)?);
        self.range_starts.push(count(&self.ranges)? / 2);
        for (first, last, _) in &allocations {
            self.ranges.extend([*first, *last].map(|bucket| cut_to_32_bits(bucket).cast_unsigned()));
        }
        let division = Division { split: self.add(segments(&allocations)), published };
        self.known.insert(allocations, division);
        Ok(division)
    }

    fn add(&mut self, segments: Vec<u32>) -> Option<Split> {
        if segments.iter().all(|segment| segment & NO_VARIANT == NO_VARIANT) {
            return None;
        }
        match *segments.as_slice() {
            [all] => return Some(Split { bucket: 0, variants: all << 16 | all & NO_VARIANT }),
            [first, second] => {
                return Some(Split { bucket: second >> 16, variants: second << 16 | first & NO_VARIANT });
            }
            _ => {}
        }
        let split = match self.by_segments.get(&segments) {
            Some(split) => *split,
            None => {
                let split = SplitId::new(u32::try_from(self.starts.len()).ok()?);
                self.starts.push(u32::try_from(self.segments.len()).ok()?);
                self.segments.extend(&segments);
                self.by_segments.insert(segments, split);
                split
            }
        };
        Some(Split { bucket: split.get() | MANY, variants: 0 })
    }

    pub(super) fn write(self, writer: &mut Writer) {
        let end = u32::try_from(self.segments.len()).ok();
        writer.section(Section::Splits, self.starts.into_iter().chain(end));
        writer.section(Section::Segments, self.segments);
        let end = u32::try_from(self.ranges.len() / 2).ok();
        writer.section(Section::TraceSplits, self.range_starts.into_iter().chain(end));
        writer.section(Section::TraceRanges, self.ranges);
    }
}

fn cut_to_32_bits(bucket: i64) -> i32 {
    i32::try_from(bucket).unwrap_or(if bucket < 0 { i32::MIN } else { i32::MAX })
}

/// Returns the segments of buckets with the same variant, as `first bucket << 16 | variant`. The first allocation that
/// contains a bucket counts.
fn segments(allocations: &[(i64, i64, u16)]) -> Vec<u32> {
    let mut variants = vec![UNASSIGNED; usize::from(Bucket::COUNT)];
    for (first, last, variant) in allocations.iter().rev() {
        let first = usize::try_from((*first).max(0)).unwrap_or(usize::MAX);
        let end = usize::try_from(last.saturating_add(1).max(0)).unwrap_or(usize::MAX).min(variants.len());
        if let Some(buckets) = variants.get_mut(first..end) {
            buckets.fill(*variant);
        }
    }
    let mut segments = Vec::new();
    let mut last = None;
    for (bucket, variant) in (0_u32..).zip(variants) {
        if last != Some(variant) {
            segments.push(bucket << 16 | u32::from(variant));
            last = Some(variant);
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_allocation_that_contains_a_bucket_counts() {
        let none = u32::from(UNASSIGNED);
        assert_eq!(segments(&[(0, 4999, 0), (5000, 9999, 1)]), [0, 5000 << 16 | 1]);
        assert_eq!(segments(&[(10, 19, 3), (0, 99, 4)]), [4, 10 << 16 | 3, 20 << 16 | 4, 100 << 16 | none]);
        assert_eq!(segments(&[(i64::MIN, i64::MAX, 2)]), [2]);
        assert_eq!(segments(&[(20, 10, 2), (-5, -1, 2), (10_000, 20_000, 2)]), [none]);
        assert_eq!(segments(&[(0, 9, UNASSIGNED), (0, 19, 1)]), [none, 10 << 16 | 1, 20 << 16 | none]);
    }
}
