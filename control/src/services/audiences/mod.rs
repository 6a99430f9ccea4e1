//! Audiences.

mod create;
mod load;
mod read;
mod update;
