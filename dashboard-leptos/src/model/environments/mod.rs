//! The parameters of an environment's page.

mod history;

pub(crate) use history::HistoryQuery;
