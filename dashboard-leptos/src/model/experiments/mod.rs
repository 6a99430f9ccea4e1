//! What a new experiment begins with, what has become of it, and what a list of experiments shows.

mod basics;
mod list;
mod made;

pub(crate) use basics::Basics;
pub(crate) use list::List;
pub(crate) use made::Made;
