//! Making an experiment, step by step: what it is called, its variants, who gets which, whom it is for; and a look at all of it
//! before it is made. Without scripts the first step alone, which makes a draft.

mod draft;
mod page;
mod review;
mod steps;

pub(crate) use page::NewExperiment;
