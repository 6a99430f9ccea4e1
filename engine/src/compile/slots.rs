use alloc::{vec, vec::Vec};

use super::{text::Text, writer::Writer};
use crate::{
    lanes::{LANES, transpose},
    ruleset::{Split, layout::Section},
};

/// An experiment that somebody can get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'a> {
    pub(super) experiment: u32,
    pub(super) salt: &'a str,
    pub(super) gate: u32,
    pub(super) split: Split,
}

/// Longer salts stay out of blocks, in which the gaps of the last block take room.
const LONGEST_IN_BLOCK: usize = 256;
/// Fewer salts of a length do not make a block.
const FEWEST_IN_BLOCK: usize = 2;

/// Writes slots, their salts, and what is behind each gate.
///
/// Slots of one gate stand side by side as far as the lengths of their salts allow. Returns for each gate the slot that
/// is alone behind it, if one is.
#[expect(clippy::cast_possible_truncation, reason = "the writer refuses rulesets in which there are more")]
pub(super) fn write(
    mut slots: Vec<Slot<'_>>,
    gates: usize,
    text: &mut Text,
    writer: &mut Writer,
) -> Vec<Option<u32>> {
    slots.sort_by_key(|slot| (slot.salt.len(), slot.gate, slot.experiment));
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
        let (in_blocks, left) = class.split_at_checked(fitting).unwrap_or((&[], class));
        loose.extend_from_slice(left);
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

    let mut behind: Vec<Vec<(u32, u32)>> = vec![Vec::new(); gates];
    for (place, slot) in (0..).zip(&placed) {
        let Some(ranges) = slot.and_then(|slot| behind.get_mut(slot.gate as usize)) else { continue };
        match ranges.last_mut() {
            Some((first, count)) if *first + *count == place => *count += 1,
            _ => ranges.push((place, 1)),
        }
    }
    writer.lists(Section::Gates, Section::Ranges, behind.iter(), |(first, count)| [*first, *count]);
    // A lane without a slot is in no range. It repeats the slot before, so that the order is kept.
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
    behind
        .iter()
        .map(|ranges| match ranges.as_slice() {
            [(slot, 1)] => Some(*slot),
            _ => None,
        })
        .collect()
}
