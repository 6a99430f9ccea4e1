use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

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

/// Returns the experiments in the order of the bytes of their heads, so that a key can be found.
pub(super) fn order_of_heads(text: &Text, firsts: &[u32], starts: &[u32]) -> Vec<u32> {
    let head = |fragment: u32| {
        let fragment = fragment as usize;
        Some(text.between(*starts.get(fragment)?, *starts.get(fragment + 1)?))
    };
    // The same type of map as in `Text` keeps the WASM file small: sorting would add 2 kB.
    let mut by_head = BTreeMap::<String, (u32, u32)>::new();
    let experiments = firsts.len().saturating_sub(1);
    for (experiment, first) in (0..).zip(firsts.iter().take(experiments)) {
        // If a head is repeated, the first experiment is found.
        by_head.entry(head(*first).unwrap_or_default().to_owned()).or_insert((experiment, 0));
    }
    by_head.into_values().map(|(experiment, _)| experiment).collect()
}
