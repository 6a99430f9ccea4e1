//! An object store that fails on command, and waiting for what must happen.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod objects;
mod wait;

pub(crate) use edgewise_database::contract_tests::Postgres;
pub(crate) use objects::Objects;
pub(crate) use wait::{PATIENCE, eventually, fails_to_write};
