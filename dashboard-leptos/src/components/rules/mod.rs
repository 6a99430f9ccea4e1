//! The editor of targeting rules.

mod condition;
mod editor;
mod kept;
mod state;
mod values;

pub(crate) use editor::RuleEditor;
