//! Deciding experiments one by one.

use alloc::vec::Vec;

use super::{conditions::any_matches, context::Context};
use crate::{
    assignment::Assignment,
    bucket::{KeyHash, UserKey},
    snapshot::{Experiment, Snapshot},
};

/// What one experiment means for one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Index into the experiment's variants, or `None` if the user is not assigned.
    pub variant: Option<u32>,
    /// The step that ended the matter.
    pub step: Step,
}

/// The steps of a decision, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The audience's rules did not match.
    Audience,
    /// The experiment's own rules did not match.
    Targeting,
    /// The user's bucket decided.
    Allocation,
}

/// Why a user got what they got, by OpenFeature's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user's bucket named the variant.
    Split,
    /// The user is not assigned.
    Default,
}

impl Decision {
    /// The reason, by OpenFeature's names.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        if self.variant.is_some() { Reason::Split } else { Reason::Default }
    }
}

/// Decides all experiments of a snapshot for one user.
///
/// Replaces what `assignments` held by the variants the user gets, in snapshot order. The buffer is the
/// caller's, so that deciding again allocates nothing.
pub fn decide(snapshot: &Snapshot, user: UserKey<'_>, context: &Context, assignments: &mut Vec<Assignment>) {
    assignments.clear();
    let user = KeyHash::of(user);
    assignments.extend((0..).zip(&snapshot.experiments).filter_map(|(experiment, definition)| {
        let variant = decide_one(definition, user, context).variant?;
        Some(Assignment { experiment, variant })
    }));
}

/// Decides one experiment for one user.
#[must_use]
pub fn evaluate(experiment: &Experiment, user: UserKey<'_>, context: &Context) -> Decision {
    decide_one(experiment, KeyHash::of(user), context)
}

fn decide_one(experiment: &Experiment, user: KeyHash, context: &Context) -> Decision {
    if !any_matches(&experiment.audience_rules, context) {
        return Decision { variant: None, step: Step::Audience };
    }
    if !any_matches(&experiment.targeting_rules, context) {
        return Decision { variant: None, step: Step::Targeting };
    }
    let bucket = user.bucket(&experiment.salt);
    let variant = experiment
        .allocations
        .iter()
        .find(|allocation| allocation.holds(bucket))
        .and_then(|hit| (0..).zip(&experiment.variants).find(|(_, variant)| variant.id == hit.variant_id))
        .map(|(variant, _)| variant);
    Decision { variant, step: Step::Allocation }
}
