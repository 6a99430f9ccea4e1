use alloc::vec::Vec;

use crate::{
    assignment::{Assignment, VariantId},
    bucket::{Bucket, KeyHash},
    lanes::{self, LANES, ROW_BYTES},
    murmur3::Murmur3,
    ruleset::{
        Ruleset, SlotId, SplitId, Words,
        layout::{MANY, NO_VARIANT, Section},
    },
};

/// The method of hashing salts. All methods give the same results.
#[derive(Clone, Copy, Debug)]
pub struct Lanes(Method);

#[derive(Clone, Copy, Debug)]
enum Method {
    Scalar,
    Portable,
    /// Constructed only if AVX2 was detected.
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    Avx2,
}

impl Lanes {
    /// Hashes salts one by one.
    pub const SCALAR: Self = Self(Method::Scalar);
    /// Hashes eight salts at a time, with instructions that every processor of the target has.
    pub const PORTABLE: Self = Self(Method::Portable);

    /// Returns the fastest method that this processor supports.
    #[must_use]
    pub fn fastest() -> Self {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        if crate::processor::has_avx2() {
            return Self(Method::Avx2);
        }
        let vectors = cfg!(any(target_feature = "sse2", target_feature = "simd128", target_feature = "neon"));
        if vectors { Self::PORTABLE } else { Self::SCALAR }
    }

    /// Hashes the salts of marked slots in blocks, adds the assignments, and clears the marks.
    pub(super) fn assign_blocks<'b>(
        self,
        ruleset: &Ruleset,
        key: KeyHash,
        marks: &mut [u64],
        to: Output<'b>,
    ) -> Output<'b> {
        let slots = Slots::of(ruleset);
        let key = key.0;
        match self.0 {
            _ if ruleset.counts().blocks == 0 => to,
            Method::Scalar | Method::Portable => {
                let minimum = if matches!(self.0, Method::Scalar) { u32::MAX } else { VECTOR_MINIMUM };
                slots.assign(marks, to, |rows, salt_bytes, marked| {
                    if marked.count_ones() < minimum {
                        scalar_buckets(key, rows, salt_bytes, marked)
                    } else {
                        lanes::buckets(key, rows, salt_bytes)
                    }
                })
            }
            #[cfg(all(feature = "std", target_arch = "x86_64"))]
            #[expect(
                unsafe_code,
                reason = "calls a function compiled for AVX2, which makes hashing four times as fast"
            )]
            // SAFETY: `Method::Avx2` is constructed only if AVX2 was detected.
            Method::Avx2 => unsafe { assign_by_avx2(slots, key, marks, to) },
        }
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::fastest()
    }
}

/// The smallest number of marked salts of a block for which hashing the whole block is faster.
const VECTOR_MINIMUM: u32 = 3;

#[cfg(all(feature = "std", target_arch = "x86_64"))]
#[target_feature(enable = "avx2")]
fn assign_by_avx2<'b>(slots: Slots<'_>, key: Murmur3, marks: &mut [u64], to: Output<'b>) -> Output<'b> {
    slots.assign(marks, to, |rows, salt_bytes, _marked| lanes::buckets(key, rows, salt_bytes))
}

fn scalar_buckets(key: Murmur3, rows: &[[u8; ROW_BYTES]], salt_bytes: usize, marked: u8) -> [u32; LANES] {
    core::array::from_fn(
        |lane| {
            if marked >> lane & 1 == 1 { lanes::bucket(key, rows, salt_bytes, lane) } else { 0 }
        },
    )
}

/// The output buffer of a decision.
#[derive(Debug)]
pub(super) struct Output<'b> {
    /// Space for one block more than there are slots.
    space: &'b mut [Assignment],
    pub(super) count: usize,
}

impl<'b> Output<'b> {
    /// Creates the output after `count` assignments.
    pub(super) const fn new(space: &'b mut [Assignment], count: usize) -> Self {
        Self { space, count }
    }

    /// Adds an assignment if `counts` is true. Writing the assignment in either case saves a branch.
    #[inline(always)]
    fn add(&mut self, assignment: Assignment, counts: bool) {
        if let Some(place) = self.space.get_mut(self.count) {
            *place = assignment;
            self.count += usize::from(counts);
        }
    }
}

/// Assigns loose slots: all loose slots without `marks`, otherwise the marked loose slots, whose marks are cleared.
#[inline]
pub(super) fn assign_loose<'b>(
    ruleset: &Ruleset,
    key: KeyHash,
    mut marks: Option<&mut [u64]>,
    mut to: Output<'b>,
) -> Output<'b> {
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
        to.add(Assignment::of(loose.experiment, variant), variant != NO_VARIANT);
    }
    to
}

/// Returns the bucket of a user for one slot, and the variant of the bucket.
pub(super) fn assign_one(ruleset: &Ruleset, key: KeyHash, slot: SlotId) -> (Bucket, Option<VariantId>) {
    let slots = Slots::of(ruleset);
    let (_, split) = ruleset.slot(slot);
    let slot = slot.index();
    let bucket = match slot.checked_sub(ruleset.counts().blocks * LANES) {
        Some(loose) => ruleset.loose().get(loose).and_then(|loose| {
            let salt = ruleset.salt(loose, key.0.waiting())?;
            Some(key.0.finish_with(salt, loose.salt_bytes) % u32::from(Bucket::COUNT))
        }),
        None => {
            let (rows, salt_bytes) = slots.salts(slot / LANES);
            Some(lanes::bucket(key.0, rows, salt_bytes, slot % LANES))
        }
    };
    let bucket = Bucket::of_hash(bucket.unwrap_or_default());
    let variant = slots.choose(split.bucket, split.variants, bucket.get().into());
    (bucket, (variant != NO_VARIANT).then(|| VariantId::new(variant)))
}

/// The slots of a ruleset, in the order of hashing.
#[derive(Clone, Copy)]
struct Slots<'r> {
    ruleset: &'r Ruleset,
    blocks: Words<'r>,
}

/// A run of blocks whose salts have the same length.
struct Class {
    place: usize,
    first: usize,
    end: usize,
    salt_bytes: usize,
    first_row: usize,
}

impl Class {
    /// Returns the rows of a block.
    #[inline(always)]
    fn rows<'a>(&self, block: usize, rows: &'a [[u8; ROW_BYTES]]) -> &'a [[u8; ROW_BYTES]] {
        let rows_each = self.salt_bytes.div_ceil(4);
        let first_row = self.first_row + (block - self.first) * rows_each;
        rows.get(first_row..first_row + rows_each).unwrap_or_default()
    }
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

    /// Returns the salts of a block, as rows, and the length of a salt.
    fn salts(self, block: usize) -> (&'r [[u8; ROW_BYTES]], usize) {
        let mut class = self.class(0, 0);
        while block >= class.end && class.first < class.end {
            class = self.class(class.place + Section::Classes.record_words(), class.end);
        }
        (class.rows(block, self.ruleset.bytes_of(Section::Rows).as_chunks().0), class.salt_bytes)
    }

    #[inline(always)]
    fn assign<'b>(
        self,
        marks: &mut [u64],
        mut to: Output<'b>,
        buckets: impl Fn(&[[u8; ROW_BYTES]], usize, u8) -> [u32; LANES],
    ) -> Output<'b> {
        let rows: &[[u8; ROW_BYTES]] = self.ruleset.bytes_of(Section::Rows).as_chunks().0;
        let blocks = self.ruleset.counts().blocks;
        let mut class = self.class(0, 0);
        for (number, marks) in marks.iter_mut().enumerate().take(blocks.div_ceil(8)) {
            while *marks != 0 {
                let byte = marks.trailing_zeros() / 8;
                let block = number * 8 + byte as usize;
                if block >= blocks {
                    // The remaining bits of this word are loose slots.
                    return to;
                }
                #[expect(clippy::cast_possible_truncation, reason = "selects one byte")]
                let marked = (*marks >> (8 * byte)) as u8;
                *marks &= !(0xff << (8 * byte));

                while block >= class.end {
                    class = self.class(class.place + Section::Classes.record_words(), class.end);
                }
                let buckets = buckets(class.rows(block, rows), class.salt_bytes, marked);
                self.place_block(block, marked, &buckets, &mut to);
            }
        }
        to
    }

    /// Adds the assignments of a block's marked slots.
    #[inline(always)]
    fn place_block(self, block: usize, marked: u8, buckets: &[u32; LANES], to: &mut Output<'_>) {
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
        let slots = experiments.zip(chosen).map(|(experiment, variant)| Assignment::of(experiment, variant));
        let everyone = marked == u8::MAX && chosen.iter().all(|variant| *variant != NO_VARIANT);
        if everyone
            && let Some(space) = to.space.get_mut(to.count..).and_then(<[_]>::first_chunk_mut::<LANES>)
        {
            for (place, assignment) in space.iter_mut().zip(slots) {
                *place = assignment;
            }
            to.count += LANES;
            return;
        }
        for (lane, assignment) in slots.enumerate() {
            to.add(assignment, marked >> lane & 1 == 1 && assignment.variant.get() != NO_VARIANT);
        }
    }

    /// Returns the variant of a slot for a bucket, or [`NO_VARIANT`].
    #[inline(always)]
    fn choose(self, second: u32, variants: u32, bucket: u32) -> u32 {
        if second & MANY == 0 {
            choose_of_two(second, variants, bucket)
        } else {
            self.choose_of_many(SplitId::new(second & !MANY), bucket)
        }
    }

    /// Returns the variant of the last segment that begins at or before the bucket.
    #[cold]
    fn choose_of_many(self, split: SplitId, bucket: u32) -> u32 {
        let segments = self.ruleset.words(Section::Segments);
        let [start, end] = self.ruleset.words(Section::Splits).record(split.index());
        let (mut first, mut beyond) = (start, end);
        while first + 1 < beyond {
            let middle = first.midpoint(beyond);
            let reached = segments.at(middle as usize) >> 16 <= bucket;
            (first, beyond) = if reached { (middle, beyond) } else { (first, middle) };
        }
        segments.at(first as usize) & NO_VARIANT
    }
}

/// Returns the first variant below the bucket `second`, otherwise the second variant. Arithmetic avoids a branch that
/// the processor cannot predict.
#[inline(always)]
const fn choose_of_two(second: u32, variants: u32, bucket: u32) -> u32 {
    variants >> ((bucket >= second) as u32 * 16) & NO_VARIANT
}

/// The memory for sorting assignments into snapshot order.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// A bit for each entity. All bits are 0 between decisions.
    assigned: Vec<u64>,
    variants: Vec<u32>,
}

impl Order {
    /// Sorts assignments by entity. Each entity must occur at most once.
    #[inline(never)]
    pub(super) fn restore(&mut self, entities: u32, assignments: &mut [Assignment]) {
        if assignments.is_sorted_by_key(|assignment| assignment.entity) {
            return;
        }
        self.assigned.resize((entities as usize).div_ceil(64), 0);
        self.variants.resize(entities as usize, 0);
        for assignment in assignments.iter() {
            let entity = assignment.entity.index();
            let entry = self.assigned.get_mut(entity / 64).zip(self.variants.get_mut(entity));
            if let Some((word, variant)) = entry {
                *word |= 1 << (entity % 64);
                *variant = assignment.variant.get();
            }
        }
        let mut sorted = assignments.iter_mut();
        for (number, word) in (0_u32..).zip(&mut self.assigned) {
            while *word != 0 {
                let entity = number * 64 + word.trailing_zeros();
                *word &= *word - 1;
                let variant = self.variants.get(entity as usize).copied().unwrap_or_default();
                if let Some(place) = sorted.next() {
                    *place = Assignment::of(entity, variant);
                }
            }
        }
    }
}
