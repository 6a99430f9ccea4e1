//! Audiences.

mod create;
mod delete;
mod load;
mod read;
mod update;
