use alloc::vec::Vec;

use super::{error::CompileError, text::Text, writer::count};
use crate::snapshot::Experiment;

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
        text.push("{\"experiment_key\":");
        text.push_json(&experiment.key);
        text.push(",\"experiment_id\":");
        text.push_json(&experiment.id);
        text.push(",");
        for variant in &experiment.variants {
            starts.push(text.end()?);
            text.push("\"variant_key\":");
            text.push_json(&variant.key);
            text.push(",\"variant_id\":");
            text.push_json(&variant.id);
            if let Some(payload) = &variant.payload {
                text.push(",\"payload\":");
                text.push(payload.get());
            }
            text.push("}");
        }
    }
    firsts.push(count(&starts)?);
    starts.push(text.end()?);
    Ok((firsts, starts))
}
