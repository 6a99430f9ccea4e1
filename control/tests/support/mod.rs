//! An object store that fails on command, and waiting for conditions.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]
#![expect(clippy::panic, reason = "a test that cannot continue fails")]

mod objects;
mod wait;

pub(crate) use edgewise_database::contract_tests::Postgres;
pub(crate) use objects::Objects;
pub(crate) use wait::{TIMEOUT, eventually, fails_to_write};
