//! The editor for targeting rules.

mod condition;
mod editor;
mod raw;
mod state;
mod values;

pub(crate) use editor::RuleEditor;
