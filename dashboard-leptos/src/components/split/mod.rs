//! Splits as bars: to look at, and to edit.

mod bar;
mod border;
mod editor;

pub(crate) use bar::{Part, SplitBar, colour};
pub(crate) use editor::SplitEditor;
