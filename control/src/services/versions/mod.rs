//! Versions: history, preview, rollback, and the live versions.

mod history;
mod live;
mod lookup;
mod preview;
mod rollback;
mod status;
