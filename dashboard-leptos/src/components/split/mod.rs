//! Bars that display and edit splits.

mod bar;
mod border;
mod editor;

pub(crate) use bar::{Part, SplitBar, colour};
pub(crate) use editor::SplitEditor;
