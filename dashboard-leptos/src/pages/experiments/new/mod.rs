//! The wizard to create an experiment: basics, variants, split, audience and review. Without scripts, only the first
//! step is available, and creates a draft.

mod draft;
mod keeping;
mod keys;
mod page;
mod review;
mod step;
mod steps;

pub(crate) use page::NewExperiment;
