//! The result of a decision.

/// The variant of an experiment that a user is assigned to. Both numbers are indexes into the snapshot, from 0.
///
/// The memory layout is the two numbers in this order: hosts of WASM builds read assignments from memory.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The index of the experiment in the snapshot.
    pub experiment: u32,
    /// The index of the variant in the experiment.
    pub variant: u32,
}
