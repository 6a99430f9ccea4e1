use alloc::{vec, vec::Vec};

use super::{error::CompileError, order::sort_distinct, text::Text, writer::Writer};
use crate::{
    lanes::{LANES, transpose},
    ruleset::{GateId, SlotId, Split, layout::Section},
};

/// An experiment with at least one reachable variant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'a> {
    pub(super) experiment: u32,
    pub(super) salt: &'a str,
    pub(super) gate: GateId,
    pub(super) split: Split,
}

/// Where the slots are.
pub(super) struct Places {
    /// The slot of each gate that has exactly one slot.
    pub(super) of_gates: Vec<Option<SlotId>>,
    /// The slot of each experiment that has a slot.
    pub(super) of_experiments: Vec<Option<SlotId>>,
}

/// Longer salts are not stored in blocks, because the unused lanes of the last block take space.
const LONGEST_IN_BLOCK: usize = 256;
/// A block is not created for fewer salts of one length.
const FEWEST_IN_BLOCK: usize = 2;

/// The bits of a number that an index takes up in an ordering key.
const INDEX_BITS: u32 = 26;
/// The longest salts that are ordered by their lengths. Longer salts are not in blocks, so their order does not matter.
const LONGEST_ORDERED: u64 = 4095;

/// Returns the slots in the order of the lengths of their salts, then of gates, then of experiments.
fn in_order<'a>(slots: &[Slot<'a>]) -> Result<Vec<Slot<'a>>, CompileError> {
    if slots.len() >= 1 << INDEX_BITS {
        return Err(CompileError::TooLarge);
    }
    let mut keys: Vec<u64> = (0..)
        .zip(slots)
        .map(|(index, slot)| {
            let length = (slot.salt.len() as u64).min(LONGEST_ORDERED);
            (length << INDEX_BITS | u64::from(slot.gate.get())) << INDEX_BITS | index
        })
        .collect();
    sort_distinct(&mut keys);
    let index = |key: u64| usize::try_from(key & ((1 << INDEX_BITS) - 1)).ok();
    Ok(keys.into_iter().filter_map(|key| slots.get(index(key)?).copied()).collect())
}

/// Writes the slots, their salts, and the ranges of slots of each gate.
///
/// Slots of a gate are adjacent as far as the lengths of their salts allow.
#[expect(clippy::cast_possible_truncation, reason = "the writer rejects larger rulesets")]
pub(super) fn write(
    slots: Vec<Slot<'_>>,
    gates: usize,
    experiments: usize,
    text: &mut Text,
    writer: &mut Writer,
) -> Result<Places, CompileError> {
    let slots = in_order(&slots)?;
    let (mut placed, mut loose) = (Vec::with_capacity(slots.len()), Vec::new());
    let (mut classes, mut rows) = (Vec::new(), Vec::new());
    for class in slots.chunk_by(|left, right| left.salt.len() == right.salt.len()) {
        let salt_bytes = class.first().map_or(0, |slot| slot.salt.len());
        let rest = class.len() % LANES;
        let fitting = match (salt_bytes <= LONGEST_IN_BLOCK, rest >= FEWEST_IN_BLOCK) {
            (true, true) => class.len(),
            (true, false) => class.len() - rest,
            (false, _) => 0,
        };
        let (in_blocks, rest) = class.split_at_checked(fitting).unwrap_or((&[], class));
        loose.extend_from_slice(rest);
        if in_blocks.is_empty() {
            continue;
        }
        let first_row = rows.len() / (4 * LANES);
        for block in in_blocks.chunks(LANES) {
            let salts: Vec<&str> = block.iter().map(|slot| slot.salt).collect();
            transpose(&salts, salt_bytes, &mut rows);
            placed.extend(block.iter().map(|slot| Some(*slot)));
            placed.resize(placed.len().next_multiple_of(LANES), None);
        }
        classes.extend([(placed.len() / LANES) as u32, salt_bytes as u32, first_row as u32]);
    }
    let blocks = placed.len() / LANES;
    let salts: Vec<(u32, u32)> = loose.iter().map(|slot| text.add(slot.salt)).collect();
    placed.extend(loose.into_iter().map(Some));

    let mut gate_ranges: Vec<Vec<(u32, u32)>> = vec![Vec::new(); gates];
    let mut of_experiments = vec![None; experiments];
    for (place, slot) in (0..).zip(&placed) {
        if let Some(known) = slot.and_then(|slot| of_experiments.get_mut(slot.experiment as usize)) {
            *known = Some(SlotId::new(place));
        }
        let Some(ranges) = slot.and_then(|slot| gate_ranges.get_mut(slot.gate.index())) else { continue };
        match ranges.last_mut() {
            Some((first, count)) if *first + *count == place => *count += 1,
            _ => ranges.push((place, 1)),
        }
    }
    writer.lists(Section::Gates, Section::Ranges, gate_ranges.iter(), |(first, count)| [*first, *count]);
    // A lane without a slot is in no range. Such a lane repeats the slot before, so that slots stay sorted.
    let mut last = [0; 3];
    let mut records = placed.into_iter().map(|slot| {
        last = slot.map_or(last, |slot| [slot.experiment, slot.split.bucket, slot.split.variants]);
        last
    });
    let mut in_blocks = Vec::with_capacity(blocks * Section::Blocks.record_words());
    for _ in 0..blocks {
        let block: Vec<[u32; 3]> = records.by_ref().take(LANES).collect();
        in_blocks.extend((0..3).flat_map(|word| block.iter().filter_map(move |slot| slot.get(word))));
    }
    let loose = records.zip(salts).flat_map(|([experiment, bucket, variants], (offset, length))| {
        [experiment, bucket, variants, offset, length]
    });
    writer.section(Section::Loose, loose);
    writer.section(Section::Blocks, in_blocks);
    writer.section(Section::Classes, classes);
    writer.bytes(Section::Rows, rows);
    let single_slot = |ranges: &Vec<(u32, u32)>| match ranges.as_slice() {
        [(slot, 1)] => Some(SlotId::new(*slot)),
        _ => None,
    };
    Ok(Places { of_gates: gate_ranges.iter().map(single_slot).collect(), of_experiments })
}
