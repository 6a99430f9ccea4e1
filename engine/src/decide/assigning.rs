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

    /// Hashes the salts of marked slots, and adds the variants that the buckets name. Leaves nothing marked.
    pub(super) fn assign<'b>(
        self,
        ruleset: &Ruleset,
        key: KeyHash,
        marks: &mut [u64],
        to: Found<'b>,
    ) -> Found<'b> {
        let slots = Slots::of(ruleset);
        let key = key.0;
        let to = match self.0 {
            Way::Scalar => {
                slots.assign(marks, to, |rows, salt_bytes, marked| one_by_one(key, rows, salt_bytes, marked))
            }
            Way::Portable => slots.assign(marks, to, |rows, salt_bytes, marked| {
                if marked.count_ones() < WORTHWHILE {
                    one_by_one(key, rows, salt_bytes, marked)
                } else {
                    lanes::buckets(key, rows, salt_bytes)
                }
            }),
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            #[expect(
                unsafe_code,
                reason = "calling what was compiled for AVX2; worth a factor of four in hashing"
            )]
            // SAFETY: `Way::Avx2` is made only where AVX2 was detected.
            Way::Avx2 => unsafe { assign_by_avx2(&slots, key, marks, to) },
        };
        slots.assign_loose(key, marks, to)
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
fn assign_by_avx2<'b>(slots: &Slots<'_>, key: Murmur3, marks: &mut [u64], to: Found<'b>) -> Found<'b> {
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
    /// None yet.
    pub(super) const fn none(room: &'b mut [Assignment]) -> Self {
        Self { room, count: 0 }
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

/// What is behind the gates, in the order in which it is hashed.
struct Slots<'r> {
    ruleset: &'r Ruleset,
    slots: Words<'r>,
    splits: Words<'r>,
    segments: Words<'r>,
    classes: Words<'r>,
    rows: &'r [[u8; ROW_BYTES]],
    blocks: usize,
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
        let classes = ruleset.words(Section::Classes);
        let last = classes.len().checked_sub(Section::Classes.record_words());
        Self {
            ruleset,
            slots: ruleset.words(Section::Slots),
            splits: ruleset.words(Section::Splits),
            segments: ruleset.words(Section::Segments),
            classes,
            rows: ruleset.bytes_of(Section::Rows).as_chunks().0,
            blocks: last.map_or(0, |place| classes.at(place) as usize),
        }
    }

    fn class(&self, place: usize, first: usize) -> Class {
        let word = |word| self.classes.at(place + word) as usize;
        Class { place, first, end: word(0), salt_bytes: word(1), first_row: word(2) }
    }

    #[inline(always)]
    fn assign<'b>(
        &self,
        marks: &mut [u64],
        mut to: Found<'b>,
        buckets: impl Fn(&[[u8; ROW_BYTES]], usize, u8) -> [u32; LANES],
    ) -> Found<'b> {
        let mut class = self.class(0, 0);
        for (number, marks) in marks.iter_mut().enumerate().take(self.blocks.div_ceil(8)) {
            while *marks != 0 {
                let byte = marks.trailing_zeros() / 8;
                let block = number * 8 + byte as usize;
                if block >= self.blocks {
                    // The rest of this word are loose slots.
                    return to;
                }
                #[expect(clippy::cast_possible_truncation, reason = "the byte is meant")]
                let mut marked = (*marks >> (8 * byte)) as u8;
                *marks &= !(0xff << (8 * byte));

                while block >= class.end {
                    class = self.class(class.place + Section::Classes.record_words(), class.end);
                }
                let rows_each = class.salt_bytes.div_ceil(4);
                let first_row = class.first_row + (block - class.first) * rows_each;
                let rows = self.rows.get(first_row..first_row + rows_each).unwrap_or_default();
                let buckets = buckets(rows, class.salt_bytes, marked);
                if marked == u8::MAX && self.place_all(block, &buckets, &mut to) {
                    continue;
                }
                while marked != 0 {
                    let lane = marked.trailing_zeros() as usize;
                    marked &= marked - 1;
                    self.place(block * LANES + lane, buckets.get(lane).copied().unwrap_or_default(), &mut to);
                }
            }
        }
        to
    }

    /// The slots after the blocks.
    fn assign_loose<'b>(&self, key: Murmur3, marks: &mut [u64], mut to: Found<'b>) -> Found<'b> {
        let first = self.blocks * LANES;
        if first == self.slots.len() / Section::Slots.record_words() {
            return to;
        }
        let loose = self.ruleset.words(Section::Loose);
        for (number, marks) in marks.iter_mut().enumerate().skip(first / 64) {
            while *marks != 0 {
                let slot = number * 64 + marks.trailing_zeros() as usize;
                *marks &= *marks - 1;
                let place = slot.saturating_sub(first) * Section::Loose.record_words();
                let salt = self.ruleset.text_bytes(loose.at(place), loose.at(place + 1));
                self.place(slot, key.update(salt).finish() % u32::from(Bucket::COUNT), &mut to);
            }
        }
        to
    }

    /// Adds the variants that the buckets of a whole block name, if there is room for all, as there is in a checked
    /// ruleset. It is quicker than slot by slot, since it looks once whether all is there.
    #[inline(always)]
    fn place_all(&self, block: usize, buckets: &[u32; LANES], to: &mut Found<'_>) -> bool {
        let slots = self.slots.block::<LANES, { Section::Slots.record_words() }>(block);
        let room = to.room.get_mut(to.count..).and_then(<[_]>::first_chunk_mut::<LANES>);
        let (Some(slots), Some(room)) = (slots, room) else { return false };
        let mut count = 0;
        for (slot, bucket) in slots.iter().zip(buckets) {
            let (assignment, counts) = self.choose(slot.map(u32::from_le_bytes), *bucket);
            if let Some(place) = room.get_mut(count) {
                *place = assignment;
            }
            count += usize::from(counts);
        }
        to.count += count;
        true
    }

    /// Adds the variant that a slot's bucket names, if there is one.
    #[inline(always)]
    fn place(&self, slot: usize, bucket: u32, to: &mut Found<'_>) {
        let (assignment, counts) =
            self.choose(self.slots.record(slot * Section::Slots.record_words()), bucket);
        to.add(assignment, counts);
    }

    /// What a slot comes to for a bucket, and whether that is a variant.
    #[inline(always)]
    fn choose(&self, [experiment, second, variants]: [u32; 3], bucket: u32) -> (Assignment, bool) {
        // Choosing by arithmetic takes no guess at a random bucket.
        let variant = if second & MANY == 0 {
            variants >> (u32::from(bucket >= second) * 16) & NO_VARIANT
        } else {
            self.one_of_many(second & !MANY, bucket)
        };
        (Assignment { experiment, variant }, variant != NO_VARIANT)
    }

    /// The variant of the last segment that begins at the bucket or before.
    #[cold]
    fn one_of_many(&self, split: u32, bucket: u32) -> u32 {
        let [start, end] = self.splits.record(split as usize);
        let (mut first, mut beyond) = (start, end);
        while first + 1 < beyond {
            let middle = first.midpoint(beyond);
            let reached = self.segments.at(middle as usize) >> 16 <= bucket;
            (first, beyond) = if reached { (middle, beyond) } else { (first, middle) };
        }
        self.segments.at(first as usize) & NO_VARIANT
    }
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
