//! What a decision consists of.

/// A user gets this variant of this experiment. Both are places in the snapshot, counted from 0.
///
/// In memory it is the two numbers, in this order: hosts of WASM builds read it there.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Which of the snapshot's experiments.
    pub experiment: u32,
    /// Which of the experiment's variants.
    pub variant: u32,
}
