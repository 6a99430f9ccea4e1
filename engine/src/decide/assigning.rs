use alloc::vec::Vec;

use crate::{
    assignment::Assignment,
    bucket::{Bucket, KeyHash},
    lanes::{self, LANES, ROW_BYTES},
    murmur3::Murmur3,
    ruleset::{
        Ruleset, Words,
        layout::{MANY, NO_VARIANT, Section},
    },
};

/// How salts are hashed. All ways give the same results.
#[derive(Clone, Copy, Debug)]
pub struct Lanes(Way);

#[derive(Clone, Copy, Debug)]
enum Way {
    Scalar,
    Portable,
    /// Made only where AVX2 was detected.
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    Avx2,
}

impl Lanes {
    /// One by one.
    pub const SCALAR: Self = Self(Way::Scalar);
    /// Eight at a time, with what the target is sure to have.
    pub const PORTABLE: Self = Self(Way::Portable);

    /// The fastest way that this processor has.
    #[must_use]
    pub fn fastest() -> Self {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        if crate::processor::has_avx2() {
            return Self(Way::Avx2);
        }
        let vectors = cfg!(any(target_feature = "sse2", target_feature = "simd128", target_feature = "neon"));
        if vectors { Self::PORTABLE } else { Self::SCALAR }
    }

    /// Hashes the salts of marked slots in blocks, and adds the variants that the buckets name. Leaves none of them marked.
    pub(super) fn assign_blocks<'b>(
        self,
        ruleset: &Ruleset,
        key: KeyHash,
        marks: &mut [u64],
        to: Found<'b>,
    ) -> Found<'b> {
        let slots = Slots::of(ruleset);
        let key = key.0;
        match self.0 {
            _ if ruleset.counts().blocks == 0 => to,
            Way::Scalar | Way::Portable => {
                let fewest = if matches!(self.0, Way::Scalar) { u32::MAX } else { WORTHWHILE };
                slots.assign(marks, to, |rows, salt_bytes, marked| {
                    if marked.count_ones() < fewest {
                        one_by_one(key, rows, salt_bytes, marked)
                    } else {
                        lanes::buckets(key, rows, salt_bytes)
                    }
                })
            }
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            #[expect(
                unsafe_code,
                reason = "calling what was compiled for AVX2; worth a factor of four in hashing"
            )]
            // SAFETY: `Way::Avx2` is made only where AVX2 was detected.
            Way::Avx2 => unsafe { assign_by_avx2(slots, key, marks, to) },
        }
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::fastest()
    }
}

/// From so many marked salts of a block on, hashing all is quicker.
const WORTHWHILE: u32 = 3;

#[cfg(all(feature = "std", target_arch = "x86_64"))]
#[target_feature(enable = "avx2")]
fn assign_by_avx2<'b>(slots: Slots<'_>, key: Murmur3, marks: &mut [u64], to: Found<'b>) -> Found<'b> {
    slots.assign(marks, to, |rows, salt_bytes, _marked| lanes::buckets(key, rows, salt_bytes))
}

fn one_by_one(key: Murmur3, rows: &[[u8; ROW_BYTES]], salt_bytes: usize, marked: u8) -> [u32; LANES] {
    core::array::from_fn(
        |lane| {
            if marked >> lane & 1 == 1 { lanes::bucket(key, rows, salt_bytes, lane) } else { 0 }
        },
    )
}

/// Assignments, as they are found.
#[derive(Debug)]
pub(super) struct Found<'b> {
    /// Room for a block more than there are slots.
    room: &'b mut [Assignment],
    pub(super) count: usize,
}

impl<'b> Found<'b> {
    /// So many are there already.
    pub(super) const fn new(room: &'b mut [Assignment], count: usize) -> Self {
        Self { room, count }
    }

    /// Adds an assignment if it counts. That it is written in either case makes it one branch less.
    #[inline(always)]
    fn add(&mut self, assignment: Assignment, counts: bool) {
        if let Some(place) = self.room.get_mut(self.count) {
            *place = assignment;
            self.count += usize::from(counts);
        }
    }
}

/// Assigns slots after the blocks: all, or the marked ones, of which it leaves none marked.
#[inline]
pub(super) fn assign_loose<'b>(
    ruleset: &Ruleset,
    key: KeyHash,
    mut marks: Option<&mut [u64]>,
    mut to: Found<'b>,
) -> Found<'b> {
    let slots = Slots::of(ruleset);
    let first = ruleset.counts().blocks * LANES;
    for (slot, loose) in (first..).zip(ruleset.loose()) {
        if let Some(marks) = &mut marks {
            let Some(marks) = marks.get_mut(slot / 64) else { break };
            let mark = 1 << (slot % 64);
            if *marks & mark == 0 {
                continue;
            }
            *marks &= !mark;
        }
        let Some(salt) = ruleset.salt(loose, key.0.waiting()) else { break };
        let bucket = key.0.finish_with(salt, loose.salt_bytes) % u32::from(Bucket::COUNT);
        let variant = slots.choose(loose.split.bucket, loose.split.variants, bucket);
        to.add(Assignment { experiment: loose.experiment, variant }, variant != NO_VARIANT);
    }
    to
}

/// What is behind the gates, in the order in which it is hashed.
#[derive(Clone, Copy)]
struct Slots<'r> {
    ruleset: &'r Ruleset,
    blocks: Words<'r>,
}

/// Blocks whose salts have one length.
struct Class {
    place: usize,
    first: usize,
    end: usize,
    salt_bytes: usize,
    first_row: usize,
}

impl<'r> Slots<'r> {
    fn of(ruleset: &'r Ruleset) -> Self {
        Self { ruleset, blocks: ruleset.words(Section::Blocks) }
    }

    fn class(self, place: usize, first: usize) -> Class {
        let [end, salt_bytes, first_row] =
            self.ruleset.words(Section::Classes).record(place).map(|word| word as usize);
        Class { place, first, end, salt_bytes, first_row }
    }

    #[inline(always)]
    fn assign<'b>(
        self,
        marks: &mut [u64],
        mut to: Found<'b>,
        buckets: impl Fn(&[[u8; ROW_BYTES]], usize, u8) -> [u32; LANES],
    ) -> Found<'b> {
        let rows: &[[u8; ROW_BYTES]] = self.ruleset.bytes_of(Section::Rows).as_chunks().0;
        let blocks = self.ruleset.counts().blocks;
        let mut class = self.class(0, 0);
        for (number, marks) in marks.iter_mut().enumerate().take(blocks.div_ceil(8)) {
            while *marks != 0 {
                let byte = marks.trailing_zeros() / 8;
                let block = number * 8 + byte as usize;
                if block >= blocks {
                    // The rest of this word are loose slots.
                    return to;
                }
                #[expect(clippy::cast_possible_truncation, reason = "the byte is meant")]
                let marked = (*marks >> (8 * byte)) as u8;
                *marks &= !(0xff << (8 * byte));

                while block >= class.end {
                    class = self.class(class.place + Section::Classes.record_words(), class.end);
                }
                let rows_each = class.salt_bytes.div_ceil(4);
                let first_row = class.first_row + (block - class.first) * rows_each;
                let rows = rows.get(first_row..first_row + rows_each).unwrap_or_default();
                let buckets = buckets(rows, class.salt_bytes, marked);
                self.place_block(block, marked, &buckets, &mut to);
            }
        }
        to
    }

    /// Adds the variants that the buckets of a block's marked slots name.
    #[inline(always)]
    fn place_block(self, block: usize, marked: u8, buckets: &[u32; LANES], to: &mut Found<'_>) {
        let Some([experiments, seconds, variants]) = self.blocks.block::<3, LANES>(block) else { return };
        let seconds = seconds.map(u32::from_le_bytes);
        let variants = variants.map(u32::from_le_bytes);
        let mut chosen = [0; LANES];
        for (((chosen, second), variants), bucket) in
            chosen.iter_mut().zip(seconds).zip(variants).zip(buckets)
        {
            *chosen = choose_of_two(second, variants, *bucket);
        }
        if seconds.iter().fold(0, |any, second| any | second) & MANY != 0 {
            for (((chosen, second), variants), bucket) in
                chosen.iter_mut().zip(seconds).zip(variants).zip(buckets)
            {
                *chosen = self.choose(second, variants, *bucket);
            }
        }
        let experiments = experiments.iter().map(|experiment| u32::from_le_bytes(*experiment));
        let slots = experiments.zip(chosen).map(|(experiment, variant)| Assignment { experiment, variant });
        let everyone = marked == u8::MAX && chosen.iter().all(|variant| *variant != NO_VARIANT);
        if everyone && let Some(room) = to.room.get_mut(to.count..).and_then(<[_]>::first_chunk_mut::<LANES>)
        {
            for (place, assignment) in room.iter_mut().zip(slots) {
                *place = assignment;
            }
            to.count += LANES;
            return;
        }
        for (lane, assignment) in slots.enumerate() {
            to.add(assignment, marked >> lane & 1 == 1 && assignment.variant != NO_VARIANT);
        }
    }

    /// The variant that a slot's bucket names, or [`NO_VARIANT`].
    #[inline(always)]
    fn choose(self, second: u32, variants: u32, bucket: u32) -> u32 {
        if second & MANY == 0 {
            choose_of_two(second, variants, bucket)
        } else {
            self.one_of_many(second & !MANY, bucket)
        }
    }

    /// The variant of the last segment that begins at the bucket or before.
    #[cold]
    fn one_of_many(self, split: u32, bucket: u32) -> u32 {
        let segments = self.ruleset.words(Section::Segments);
        let [start, end] = self.ruleset.words(Section::Splits).record(split as usize);
        let (mut first, mut beyond) = (start, end);
        while first + 1 < beyond {
            let middle = first.midpoint(beyond);
            let reached = segments.at(middle as usize) >> 16 <= bucket;
            (first, beyond) = if reached { (middle, beyond) } else { (first, middle) };
        }
        segments.at(first as usize) & NO_VARIANT
    }
}

/// The variant below the bucket `second`, or from it on. By arithmetic: that takes no guess at a random bucket.
#[inline(always)]
const fn choose_of_two(second: u32, variants: u32, bucket: u32) -> u32 {
    variants >> ((bucket >= second) as u32 * 16) & NO_VARIANT
}

/// Room for bringing assignments into snapshot order.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// A bit for each experiment. None is set between decisions.
    assigned: Vec<u64>,
    variants: Vec<u32>,
}

impl Order {
    /// Sorts by experiment, of which each occurs once at most.
    #[inline(never)]
    pub(super) fn restore(&mut self, experiments: u32, assignments: &mut [Assignment]) {
        if assignments.is_sorted_by_key(|assignment| assignment.experiment) {
            return;
        }
        self.assigned.resize((experiments as usize).div_ceil(64), 0);
        self.variants.resize(experiments as usize, 0);
        for assignment in assignments.iter() {
            let experiment = assignment.experiment as usize;
            let room = self.assigned.get_mut(experiment / 64).zip(self.variants.get_mut(experiment));
            if let Some((word, variant)) = room {
                *word |= 1 << (experiment % 64);
                *variant = assignment.variant;
            }
        }
        let mut sorted = assignments.iter_mut();
        for (number, word) in (0_u32..).zip(&mut self.assigned) {
            while *word != 0 {
                let experiment = number * 64 + word.trailing_zeros();
                *word &= *word - 1;
                let variant = self.variants.get(experiment as usize).copied().unwrap_or_default();
                if let Some(place) = sorted.next() {
                    *place = Assignment { experiment, variant };
                }
            }
        }
    }
}
