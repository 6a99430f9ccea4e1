//! From the JSON of a snapshot to a ruleset's bytes.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use edgewise_engine::{Snapshot, compile, ruleset::snapshot_hash};

/// All that lives between calls.
#[derive(Debug, Default)]
pub struct Compiling {
    /// The JSON that is to be compiled, and then what came of it.
    bytes: Vec<u8>,
}

impl Compiling {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Room for so many bytes of JSON, to be written before they are compiled; `None` if there is not so much memory.
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let mut room = Vec::new();
        room.try_reserve_exact(length).ok()?;
        room.resize(length, 0);
        self.bytes = room;
        Some(&mut self.bytes)
    }

    /// Compiles the JSON that was written into the room.
    ///
    /// # Errors
    /// The text says why it cannot be decided from.
    pub fn compile(&mut self) -> Result<Vec<u8>, String> {
        let json = core::mem::take(&mut self.bytes);
        let snapshot = Snapshot::from_json(&json).map_err(|problem| problem.to_string())?;
        compile(&snapshot, snapshot_hash(&json)).map_err(|problem| problem.to_string())
    }
}
