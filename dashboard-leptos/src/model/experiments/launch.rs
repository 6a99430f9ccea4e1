//! The check before a launch.

/// The reason why a launched experiment would give no user a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaunchObstacle {
    /// There are no variants.
    NoVariants,
    /// All variants have 0 % of the users.
    NoShares,
}

impl LaunchObstacle {
    /// Returns the obstacle of an experiment with this number of variants and of allocated buckets, if there is one.
    pub(crate) const fn of(variants: usize, allocated: u32) -> Option<Self> {
        match (variants, allocated) {
            (0, _) => Some(Self::NoVariants),
            (_, 0) => Some(Self::NoShares),
            _ => None,
        }
    }

    /// Returns the obstacle in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NoVariants => "The experiment has no variants, so no user would get one.",
            Self::NoShares => "The split gives no user a variant, so no user would get one.",
        }
    }

    /// Returns what to do first.
    pub(crate) const fn remedy(self) -> &'static str {
        match self {
            Self::NoVariants => "Add variants first",
            Self::NoShares => "Split the users first",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_experiment_that_reaches_no_user_has_an_obstacle() {
        assert_eq!(LaunchObstacle::of(0, 0), Some(LaunchObstacle::NoVariants));
        assert_eq!(LaunchObstacle::of(2, 0), Some(LaunchObstacle::NoShares));
        assert_eq!(LaunchObstacle::of(2, 1), None);
    }
}
