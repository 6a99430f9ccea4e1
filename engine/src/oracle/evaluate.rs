//! Evaluating experiments one by one.

use alloc::vec::Vec;

use super::{conditions::any_matches, context::Context};
use crate::{
    assignment::Assignment,
    bucket::KeyHash,
    explain::{Reason, Step},
    request::Request,
    snapshot::{Experiment, Snapshot},
};

/// The decision about one experiment for one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Index into the experiment's variants, or `None` if the user is not assigned.
    pub variant: Option<u32>,
    /// The step that determined the result.
    pub step: Step,
}

impl Decision {
    /// Returns the reason, by OpenFeature's names.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        if self.variant.is_some() { Reason::Split } else { Reason::Default }
    }
}

/// Decides all experiments of a snapshot for one user.
///
/// Replaces the content of `assignments` with the user's assignments, in snapshot order. The caller owns the buffer, so
/// that repeated decisions do not allocate.
pub fn decide(snapshot: &Snapshot, request: &Request<'_, Context>, assignments: &mut Vec<Assignment>) {
    assignments.clear();
    assignments.extend((0..).zip(&snapshot.experiments).filter_map(|(experiment, definition)| {
        let variant = evaluate(definition, request).variant?;
        Some(Assignment::of(experiment, variant))
    }));
}

/// Decides one experiment for one user.
#[must_use]
pub fn evaluate(experiment: &Experiment, request: &Request<'_, Context>) -> Decision {
    if !any_matches(&experiment.audience_rules, request.attributes) {
        return Decision { variant: None, step: Step::Audience };
    }
    if !any_matches(&experiment.targeting_rules, request.attributes) {
        return Decision { variant: None, step: Step::Targeting };
    }
    let Some(user_key) = request.user_key else {
        return Decision { variant: None, step: Step::Unit };
    };
    let bucket = KeyHash::of(user_key).bucket(&experiment.salt);
    let variant = experiment
        .allocations
        .iter()
        .find(|allocation| allocation.contains(bucket))
        .and_then(|hit| (0..).zip(&experiment.variants).find(|(_, variant)| variant.id == hit.variant_id))
        .map(|(variant, _)| variant);
    Decision { variant, step: Step::Allocation }
}
