//! Compiling: from a snapshot to a ruleset. All that takes time is done here, once.
//!
//! 1. [`conditions`]: conditions that mean the same become one, and rules and lists of rules likewise. What always or
//!    never matches disappears.
//! 2. [`gates`]: experiments with the same rules stand behind one gate, and each gate gets the conditions that lead
//!    to it.
//! 3. [`slots`]: the experiments behind each gate are put side by side, their salts in blocks of eight.
//! 4. [`writer`]: all of it as bytes.

mod conditions;
mod gates;
mod slots;
mod splits;
mod text;
mod writer;

use alloc::{string::String, vec::Vec};

use crate::{
    ruleset::{
        Ruleset, RulesetError,
        layout::{Section, header},
        snapshot_hash,
    },
    snapshot::{Experiment, Snapshot, SnapshotError},
};

use conditions::{Conditions, Outcome};
use gates::Gates;
use slots::Slot;
use splits::Splits;
use text::Text;
use writer::Writer;

/// Why a snapshot cannot become a ruleset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// An experiment has more variants than a ruleset can number.
    #[error("experiment `{0}` has 65,535 or more variants")]
    TooManyVariants(String),
    /// The ruleset would have 4 GiB or more.
    #[error("the snapshot is too large")]
    TooLarge,
}

/// Why the JSON of a snapshot cannot be decided from.
#[derive(Debug, thiserror::Error)]
pub enum FromJsonError {
    /// It is no snapshot, or needs another engine.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What was compiled cannot be loaded: a fault in the engine.
    #[error(transparent)]
    Ruleset(#[from] RulesetError),
}

impl Ruleset {
    /// Compiles the JSON of a snapshot, and loads the result.
    ///
    /// # Errors
    /// [`FromJsonError`] says why it cannot be decided from.
    pub fn from_json(json: &[u8]) -> Result<Self, FromJsonError> {
        Ok(Self::load(compile(&Snapshot::from_json(json)?, snapshot_hash(json))?)?)
    }
}

/// Compiles a snapshot. `hash` is [`snapshot_hash`] of its JSON.
///
/// The same snapshot gives the same bytes on every target.
///
/// # Errors
/// [`CompileError`], for snapshots beyond any sensible size.
pub fn compile(snapshot: &Snapshot, hash: u64) -> Result<Vec<u8>, CompileError> {
    let mut text = Text::default();
    let (experiments, fragments) = answers(&snapshot.experiments, &mut text)?;

    let mut conditions = Conditions::default();
    let mut gates = Gates::default();
    let mut splits = Splits::default();
    let mut slots = Vec::new();
    for (number, experiment) in (0..).zip(&snapshot.experiments) {
        let Some(split) = splits.of(experiment)? else { continue };
        let audience = conditions.predicate(&experiment.audience_rules);
        let targeting = conditions.predicate(&experiment.targeting_rules);
        let (Outcome::Asked(audience), Outcome::Asked(targeting)) = (audience, targeting) else { continue };
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
    let alone = slots::write(slots, gates.len(), &mut text, &mut writer);
    let anchors = gates.write(&alone, &mut conditions, &mut writer);
    conditions.write(&anchors, &mut text, &mut writer);
    writer.bytes(Section::Text, text.into_bytes());
    writer.finish()
}

/// The fragments of answers, which all stand at the beginning of the text, and where each experiment's begin.
fn answers(experiments: &[Experiment], text: &mut Text) -> Result<(Vec<u32>, Vec<u32>), CompileError> {
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

/// How many there are, as a word.
fn count<T>(items: &[T]) -> Result<u32, CompileError> {
    u32::try_from(items.len()).map_err(|_| CompileError::TooLarge)
}
