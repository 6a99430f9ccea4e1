//! The outcome of a step.

/// What a step of publishing an environment came to.
pub(super) enum Step {
    /// There may be more to do.
    Again,
    /// There is more to do, and another process is at it.
    Elsewhere,
    /// There is nothing to do.
    Idle,
}
