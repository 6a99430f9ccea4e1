use alloc::{vec, vec::Vec};

use super::{
    conditions::{Conditions, Outcome, SimplifiedRules},
    error::{CompileError, FromJsonError},
    fragments::{fragments, order_of_heads},
    gates::Gates,
    slots::{self, Slot},
    splits::Splits,
    text::Text,
    traces::Traces,
    writer::{Writer, count},
};
use crate::{
    ruleset::{
        Ruleset,
        layout::{Section, header},
        snapshot_hash,
    },
    snapshot::Snapshot,
};

impl Ruleset {
    /// Compiles the JSON of a snapshot, and loads the compiled ruleset.
    ///
    /// # Errors
    /// Returns [`FromJsonError`] if the JSON cannot be compiled or loaded.
    pub fn from_json(json: &[u8]) -> Result<Self, FromJsonError> {
        Ok(Self::load(compile(&Snapshot::from_json(json)?, snapshot_hash(json))?)?)
    }
}

/// Compiles a snapshot. `hash` is the [`snapshot_hash`] of the snapshot's JSON.
///
/// The same snapshot compiles to the same bytes on every target.
///
/// # Errors
/// Returns [`CompileError`] if the snapshot exceeds the size limits of rulesets.
pub fn compile(snapshot: &Snapshot, hash: u64) -> Result<Vec<u8>, CompileError> {
    let mut text = Text::default();
    let (experiments, fragments) = fragments(&snapshot.experiments, &mut text)?;
    let keys = order_of_heads(&text, &experiments, &fragments);

    let mut conditions = Conditions::default();
    let mut gates = Gates::default();
    let mut splits = Splits::default();
    let (mut slots, mut published_splits) = (Vec::new(), Vec::new());
    let mut simplified = vec![<[SimplifiedRules; 2]>::default(); snapshot.experiments.len()];
    for ((number, experiment), simplified) in (0..).zip(&snapshot.experiments).zip(&mut simplified) {
        let division = splits.of(experiment)?;
        published_splits.push(division.published);
        let Some(split) = division.split else { continue };
        let [of_audience, of_targeting] = simplified;
        let audience = conditions.predicate(&experiment.audience_rules, of_audience);
        let targeting = conditions.predicate(&experiment.targeting_rules, of_targeting);
        let (Outcome::Matches(audience), Outcome::Matches(targeting)) = (audience, targeting) else {
            continue;
        };
        let gate = gates.of(audience, targeting);
        slots.push(Slot { experiment: number, salt: experiment.salt.as_str(), gate, split });
    }

    let environment = text.intern(&snapshot.environment);
    let published_at = text.intern(&snapshot.published_at);
    let mut writer = Writer::default();
    writer.pair(header::VERSION, snapshot.version);
    writer.pair(header::SNAPSHOT_HASH, hash);
    writer.header(header::EXPERIMENTS, count(&snapshot.experiments)?);
    for (place, (offset, length)) in
        [(header::ENVIRONMENT, environment), (header::PUBLISHED_AT, published_at)]
    {
        writer.header(place, offset);
        writer.header(place + 1, length);
    }
    writer.section(Section::Experiments, experiments);
    writer.section(Section::Fragments, fragments);
    splits.write(&mut writer);
    let places = slots::write(slots, gates.len(), snapshot.experiments.len(), &mut text, &mut writer);
    // The conditions that only explanations need come last, so that they change nothing for decisions.
    let mut traces = Traces::default();
    for (((experiment, simplified), split), slot) in
        snapshot.experiments.iter().zip(&simplified).zip(published_splits).zip(places.of_experiments)
    {
        traces.add(experiment, simplified, split, slot, &mut conditions)?;
    }
    let anchors = gates.write(&places.of_gates, &mut conditions, &mut writer);
    conditions.write(&anchors, &mut text, &mut writer)?;
    traces.write(keys, &mut writer)?;
    writer.bytes(Section::Text, text.into_bytes());
    writer.finish()
}
