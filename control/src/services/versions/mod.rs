//! Versions: history, rollback, and what is live.

mod history;
mod live;
mod lookup;
mod preview;
mod rollback;
mod status;
