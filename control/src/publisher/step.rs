//! The outcome of a step.

/// The outcome of a step of publishing an environment.
pub(super) enum Step {
    /// There may be more to do.
    Continue,
    /// There is more to do, but another process holds the lease.
    LeasedElsewhere,
    /// There is nothing to do.
    Idle,
}
