//! A split as an array of buckets.

use super::segment::{BUCKETS, Segment};

/// The owner of each bucket.
pub(super) struct Buckets {
    ids: Vec<String>,
    /// 0 for an unallocated bucket, otherwise 1 + the index in `ids`.
    owners: Vec<usize>,
}

impl Buckets {
    /// Creates buckets without owners.
    pub(super) fn new() -> Self {
        Self { ids: Vec::new(), owners: vec![0; BUCKETS as usize] }
    }

    pub(super) fn of(segments: &[Segment]) -> Self {
        let mut buckets = Self { ids: Vec::new(), owners: Vec::with_capacity(BUCKETS as usize) };
        for segment in segments {
            let owner = segment.variant.as_deref().map_or(0, |id| buckets.owner(id));
            buckets.owners.extend((0..segment.buckets).map(|_| owner));
        }
        buckets
    }

    pub(super) fn into_segments(self) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut before = None;
        for owner in self.owners {
            match segments.last_mut() {
                Some(last) if before == Some(owner) => last.buckets += 1,
                _ => {
                    let variant = owner.checked_sub(1).and_then(|place| self.ids.get(place).cloned());
                    segments.push(Segment { variant, buckets: 1 });
                }
            }
            before = Some(owner);
        }
        segments
    }

    /// Returns the number that stands for a variant.
    pub(super) fn owner(&mut self, id: &str) -> usize {
        let known = self.ids.iter().position(|known| known == id);
        1 + known.unwrap_or_else(|| {
            self.ids.push(id.to_owned());
            self.ids.len() - 1
        })
    }

    /// Assigns a number of buckets from `first` on to an owner.
    pub(super) fn assign(&mut self, owner: usize, first: u32, buckets: u32) {
        for bucket in self.owners.iter_mut().skip(first as usize).take(buckets as usize) {
            *bucket = owner;
        }
    }

    /// Returns the number of buckets of each owner, beginning with the unallocated ones.
    pub(super) fn shares(&self) -> Vec<u32> {
        let mut shares = vec![0; self.ids.len() + 1];
        for owner in &self.owners {
            if let Some(share) = shares.get_mut(*owner) {
                *share += 1;
            }
        }
        shares
    }

    /// Takes a number of buckets from an owner, the last ones first.
    pub(super) fn release(&mut self, owner: usize, buckets: u32) {
        let own = self.owners.iter_mut().rev().filter(|bucket| **bucket == owner);
        for bucket in own.take(buckets as usize) {
            *bucket = 0;
        }
    }

    /// Gives each owner the wanted number of buckets out of those that other owners can spare. To keep ranges few,
    /// buckets right after the owner's own come first, then those right before them, then any others.
    pub(super) fn claim(&mut self, mut wanted: Vec<(usize, u32)>, mut spare: Vec<u32>) {
        for anywhere in [false, true] {
            for (owner, wanted) in &mut wanted {
                take(&mut self.owners.iter_mut(), *owner, wanted, &mut spare, anywhere);
            }
            for (owner, wanted) in &mut wanted {
                take(&mut self.owners.iter_mut().rev(), *owner, wanted, &mut spare, anywhere);
            }
        }
    }
}

fn take(
    buckets: &mut dyn Iterator<Item = &mut usize>,
    owner: usize,
    wanted: &mut u32,
    spare: &mut [u32],
    anywhere: bool,
) {
    let mut beside = anywhere;
    for bucket in buckets {
        if *wanted == 0 {
            return;
        }
        if *bucket == owner {
            beside = true;
            continue;
        }
        match spare.get_mut(*bucket) {
            Some(left) if beside && *left > 0 => {
                *left -= 1;
                *wanted -= 1;
                *bucket = owner;
            }
            _ => beside = anywhere,
        }
    }
}

/// Divides `total` in proportion to the weights. Parts are rounded down; the parts that lose most by rounding get the
/// remainder.
pub(super) fn proportional(weights: &[u32], total: u32) -> Vec<u32> {
    let sum: u32 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut parts: Vec<u32> = weights.iter().map(|weight| weight * total / sum).collect();
    let mut left = total - parts.iter().sum::<u32>();
    let mut by_loss: Vec<(u32, usize)> =
        weights.iter().enumerate().map(|(place, weight)| (weight * total % sum, place)).collect();
    by_loss.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    for (_, place) in by_loss {
        if let Some(part) = parts.get_mut(place).filter(|_| left > 0) {
            *part += 1;
            left -= 1;
        }
    }
    parts
}
