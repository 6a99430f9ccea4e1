//! What is only looked at: lists, histories, differences. The server renders it, also for pages that are alive in a browser, which
//! get it as [`Html`](crate::html::Html).

pub(crate) mod audiences;
pub(crate) mod environments;
pub(crate) mod experiments;
mod overview;
mod pagination;
mod table;

pub(crate) use overview::overview;
