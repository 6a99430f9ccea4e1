//! What the page of an environment asks for.

mod history;

pub(crate) use history::HistoryQuery;
