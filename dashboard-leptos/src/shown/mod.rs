//! What is only looked at: lists, histories, differences. The server renders it, also for pages that are alive in a browser, which
//! get it as [`Html`](crate::html::Html).

mod audiences;
mod differences;
mod environments;
mod experiments;
mod pages;
mod table;
mod versions;

pub(crate) use audiences::{AudienceLine, audiences};
pub(crate) use differences::differences;
pub(crate) use environments::{environments, overview};
pub(crate) use experiments::experiments;
pub(crate) use versions::{choice, versions, waiting};
