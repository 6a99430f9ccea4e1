use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::{error::CompileError, text::Text, writer::count};
use crate::{snapshot::Experiment, wire};

/// Writes the fragments of responses to the start of the text. Returns the first fragment of each experiment, and the
/// start of each fragment in the text.
pub(super) fn fragments(
    experiments: &[Experiment],
    text: &mut Text,
) -> Result<(Vec<u32>, Vec<u32>), CompileError> {
    let (mut firsts, mut starts) = (Vec::with_capacity(experiments.len() + 1), Vec::new());
    for experiment in experiments {
        firsts.push(count(&starts)?);
        starts.push(text.end()?);
        text.write(|text| wire::push_head(text, &experiment.key, &experiment.id));
        for variant in &experiment.variants {
            starts.push(text.end()?);
            text.write(|text| wire::push_tail(text, variant));
        }
    }
    firsts.push(count(&starts)?);
    starts.push(text.end()?);
    Ok((firsts, starts))
}

/// Returns the experiments in the order of the bytes of their heads, so that a key can be found. If a key is repeated, the
/// first experiment is found.
pub(super) fn order_of_keys(experiments: &[Experiment]) -> Vec<u32> {
    // Rulesets contain few kinds of maps, which keeps WASM files small, so this map has the type of another map.
    let mut by_key = BTreeMap::<String, (u32, u32)>::new();
    for (number, experiment) in (0..).zip(experiments) {
        let mut start = Vec::new();
        wire::push_key_of_head(&mut start, &experiment.key);
        by_key.entry(String::from_utf8(start).unwrap_or_default()).or_insert((number, 0));
    }
    by_key.into_values().map(|(number, _)| number).collect()
}
