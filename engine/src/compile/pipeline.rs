use alloc::{vec, vec::Vec};

use super::{
    conditions::{Conditions, Outcome, SimplifiedRules},
    error::{CompileError, FromJsonError},
    fragments::{fragments, order_of_keys},
    gates::Gates,
    slots::{self, Slot},
    splits::Splits,
    text::Text,
    traces::Traces,
    writer::{Writer, count},
};
use crate::{
    ruleset::{
        Ruleset, SlotId,
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
    let keys = order_of_keys(&snapshot.experiments);

    let mut decided = Decided::default();
    let mut splits = Splits::default();
    let mut published_splits = Vec::with_capacity(snapshot.experiments.len());
    let mut simplified = vec![<[SimplifiedRules; 2]>::default(); snapshot.experiments.len()];
    for ((number, experiment), simplified) in (0..).zip(&snapshot.experiments).zip(&mut simplified) {
        let division = splits.of(experiment)?;
        published_splits.push(division.published);
        let Some(split) = division.split else { continue };
        let [of_audience, of_targeting] = simplified;
        let audience = decided.conditions.predicate(&experiment.audience_rules, of_audience);
        let targeting = decided.conditions.predicate(&experiment.targeting_rules, of_targeting);
        let (Outcome::Matches(audience), Outcome::Matches(targeting)) = (audience, targeting) else {
            continue;
        };
        let gate = decided.gates.of(audience, targeting);
        decided.slots.push(Slot { experiment: number, salt: experiment.salt.as_str(), gate, split });
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
    let slots = decided.write(snapshot.experiments.len(), &mut text, &mut writer)?;
    writer.bytes(Section::Text, text.into_bytes());

    let mut traces = Traces::default();
    for (((experiment, simplified), split), slot) in
        snapshot.experiments.iter().zip(&simplified).zip(published_splits).zip(slots)
    {
        traces.add(experiment, simplified, split, slot)?;
    }
    if let Some(conditions) = traces.write(keys, &mut writer)? {
        writer.bytes(Section::TraceRuleset, ruleset_of(conditions)?);
    }
    writer.finish()
}

/// What decisions evaluate.
#[derive(Default)]
struct Decided<'a> {
    conditions: Conditions,
    gates: Gates,
    slots: Vec<Slot<'a>>,
}

impl Decided<'_> {
    /// Writes the sections of slots, gates and conditions. Returns the slot of each experiment that has a slot. The
    /// function is not inlined, since it is called twice, and WASM files must stay small.
    #[inline(never)]
    fn write(
        mut self,
        experiments: usize,
        text: &mut Text,
        writer: &mut Writer,
    ) -> Result<Vec<Option<SlotId>>, CompileError> {
        let places = slots::write(self.slots, self.gates.len(), experiments, text, writer)?;
        let anchors = self.gates.write(&places.of_gates, &mut self.conditions, writer);
        self.conditions.write(&anchors, text, writer)?;
        Ok(places.of_experiments)
    }
}

/// Returns a ruleset without experiments that has these conditions.
fn ruleset_of(conditions: Conditions) -> Result<Vec<u8>, CompileError> {
    let (mut text, mut writer) = (Text::default(), Writer::default());
    let (experiments, fragments) = fragments(&[], &mut text)?;
    writer.section(Section::Experiments, experiments);
    writer.section(Section::Fragments, fragments);
    Splits::default().write(&mut writer);
    Decided { conditions, ..Decided::default() }.write(0, &mut text, &mut writer)?;
    writer.bytes(Section::Text, text.into_bytes());
    writer.finish()
}
