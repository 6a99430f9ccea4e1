use alloc::vec::Vec;

use crate::{
    assignment::Assignment,
    bucket::{Bucket, KeyHash},
    lanes::{self, LANES, ROW_BYTES},
    murmur3::Murmur3,
    ruleset::{
        Ruleset, Words,
        layout::{NO_VARIANT, Section},
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
        let vectors = cfg!(any(target_feature = "simd128", target_feature = "neon", target_feature = "avx2"));
        if vectors { Self::PORTABLE } else { Self::SCALAR }
    }

    /// Hashes the salts of marked slots, and adds the variants that the buckets name. Leaves nothing marked.
    pub(super) fn assign(self, ruleset: &Ruleset, key: KeyHash, marks: &mut [u64], to: &mut Vec<Assignment>) {
        let slots = Slots::of(ruleset);
        let key = key.0;
        match self.0 {
            Way::Scalar => {
                slots.assign(marks, to, |rows, salt_bytes, marked| one_by_one(key, rows, salt_bytes, marked));
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
        }
        slots.assign_loose(key, marks, to);
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
fn assign_by_avx2(slots: &Slots<'_>, key: Murmur3, marks: &mut [u64], to: &mut Vec<Assignment>) {
    slots.assign(marks, to, |rows, salt_bytes, _marked| lanes::buckets(key, rows, salt_bytes));
}

fn one_by_one(key: Murmur3, rows: &[[u8; ROW_BYTES]], salt_bytes: usize, marked: u8) -> [u32; LANES] {
    core::array::from_fn(
        |lane| {
            if marked >> lane & 1 == 1 { lanes::bucket(key, rows, salt_bytes, lane) } else { 0 }
        },
    )
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
    fn assign(
        &self,
        marks: &mut [u64],
        to: &mut Vec<Assignment>,
        buckets: impl Fn(&[[u8; ROW_BYTES]], usize, u8) -> [u32; LANES],
    ) {
        let mut class = self.class(0, 0);
        for (number, marks) in marks.iter_mut().enumerate().take(self.blocks.div_ceil(8)) {
            while *marks != 0 {
                let byte = marks.trailing_zeros() / 8;
                let block = number * 8 + byte as usize;
                if block >= self.blocks {
                    // The rest of this word are loose slots.
                    return;
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
                while marked != 0 {
                    let lane = marked.trailing_zeros() as usize;
                    marked &= marked - 1;
                    self.place(block * LANES + lane, buckets.get(lane).copied().unwrap_or_default(), to);
                }
            }
        }
    }

    /// The slots after the blocks.
    fn assign_loose(&self, key: Murmur3, marks: &mut [u64], to: &mut Vec<Assignment>) {
        let first = self.blocks * LANES;
        if first == self.slots.len() / Section::Slots.record_words() {
            return;
        }
        let loose = self.ruleset.words(Section::Loose);
        for (number, marks) in marks.iter_mut().enumerate().skip(first / 64) {
            while *marks != 0 {
                let slot = number * 64 + marks.trailing_zeros() as usize;
                *marks &= *marks - 1;
                let place = slot.saturating_sub(first) * Section::Loose.record_words();
                let salt = self.ruleset.text_bytes(loose.at(place), loose.at(place + 1));
                self.place(slot, key.update(salt).finish() % u32::from(Bucket::COUNT), to);
            }
        }
    }

    /// Adds the variant that a slot's bucket names, if there is one.
    #[inline(always)]
    fn place(&self, slot: usize, bucket: u32, to: &mut Vec<Assignment>) {
        let place = slot * Section::Slots.record_words();
        let (experiment, split) = (self.slots.at(place), self.slots.at(place + 1) as usize);
        let (start, end) = (self.splits.at(split), self.splits.at(split + 1));
        // The last segment that begins at the bucket or before; counting takes no guess at a random bucket.
        let limit = bucket << 16 | NO_VARIANT;
        let reached: usize = self
            .segments
            .run(start, end.wrapping_sub(start))
            .map(|segment| usize::from(segment <= limit))
            .sum();
        let segment = self.segments.at((start as usize + reached).wrapping_sub(1));
        let variant = segment & NO_VARIANT;
        if variant != NO_VARIANT {
            to.push(Assignment { experiment, variant });
        }
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
    pub(super) fn restore(&mut self, experiments: u32, assignments: &mut Vec<Assignment>) {
        if assignments.is_sorted_by_key(|assignment| assignment.experiment) {
            return;
        }
        self.assigned.resize((experiments as usize).div_ceil(64), 0);
        self.variants.resize(experiments as usize, 0);
        for assignment in assignments.drain(..) {
            let experiment = assignment.experiment as usize;
            let room = self.assigned.get_mut(experiment / 64).zip(self.variants.get_mut(experiment));
            if let Some((word, variant)) = room {
                *word |= 1 << (experiment % 64);
                *variant = assignment.variant;
            }
        }
        for (number, word) in (0_u32..).zip(&mut self.assigned) {
            while *word != 0 {
                let experiment = number * 64 + word.trailing_zeros();
                *word &= *word - 1;
                let variant = self.variants.get(experiment as usize).copied().unwrap_or_default();
                assignments.push(Assignment { experiment, variant });
            }
        }
    }
}
