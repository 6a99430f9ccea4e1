//! Read-only content: lists, histories and differences. Only the server renders it; pages in a browser get it as
//! [`Html`](crate::html::Html).

pub(crate) mod audiences;
pub(crate) mod environments;
pub(crate) mod experiments;
mod live;
mod overview;
mod pagination;
mod table;

pub(crate) use live::not_as_saved;
pub(crate) use overview::overview;
