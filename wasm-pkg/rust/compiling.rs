//! Compiling the JSON of a snapshot to the bytes of a ruleset.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use edgewise_engine::{Snapshot, compile, ruleset::snapshot_hash};

/// The JSON to compile, between calls.
#[derive(Debug, Default)]
pub struct CompileState {
    /// The JSON to compile.
    bytes: Vec<u8>,
}

impl CompileState {
    /// Creates the initial state.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Returns space for `length` bytes of JSON, or `None` if memory is exhausted.
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let mut space = Vec::new();
        space.try_reserve_exact(length).ok()?;
        space.resize(length, 0);
        self.bytes = space;
        Some(&mut self.bytes)
    }

    /// Compiles the JSON that was written into the space.
    ///
    /// # Errors
    /// Returns a text that says why the JSON cannot be compiled.
    pub fn compile(&mut self) -> Result<Vec<u8>, String> {
        let json = core::mem::take(&mut self.bytes);
        let snapshot = Snapshot::from_json(&json).map_err(|problem| problem.to_string())?;
        compile(&snapshot, snapshot_hash(&json)).map_err(|problem| problem.to_string())
    }
}
