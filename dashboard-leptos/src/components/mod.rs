//! Components that pages share. Components display data and report input, and load nothing.

mod connection;
mod dialog;
mod dynamic;
mod fields;
mod focus;
mod fold;
mod form;
mod frame;
mod icon;
pub(crate) mod inputs;
mod note;
mod payload;
mod rules;
mod shortcuts;
mod split;
mod status;
mod theme;
mod time;
mod toast;

pub(crate) use connection::Connection;
pub(crate) use dialog::Dialog;
pub(crate) use dynamic::{dynamic, effect, flag, handle_click, handle_input, when};
pub(crate) use fields::{Bound, Field, FieldInput, FieldRow};
pub(crate) use focus::{beside, focus, is_in_field, restore_focus};
pub(crate) use fold::{Fold, MAX_UNFOLDED};
pub(crate) use form::ChangeForm;
pub(crate) use frame::{Frame, PageHead, announce_selected};
#[cfg(not(target_family = "wasm"))]
pub(crate) use icon::ICON;
pub(crate) use icon::{Icon, Logo, Symbol};
pub(crate) use note::{Empty, Note, ProblemNote, Skeleton, Tone, with_code};
pub(crate) use payload::PayloadEditor;
pub(crate) use rules::RuleEditor;
pub(crate) use split::{Part, SplitBar, SplitEditor, colour};
pub(crate) use status::{LiveState, StatusPill};
pub(crate) use theme::ThemeSwitch;
pub(crate) use time::Time;
pub(crate) use toast::{Toaster, Toasts};
