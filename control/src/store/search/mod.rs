//! Searching names and keys.
//!
//! | module | holds |
//! |---|---|
//! | `words` | the condition for rows with all words of a search, and its parameters |
//! | `text` | the text that searches look in |
//! | `fill` | filling in the texts of rows that an earlier release wrote |

mod fill;
mod text;
mod words;

pub(super) use text::{of_experiment, of_name};
pub(super) use words::{bind_words, has_words};
