use serde::Serialize;

use crate::{
    model::{Kept, one_of},
    problem::Problem,
};

/// A step of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Step {
    Basics,
    Variants,
    Split,
    Audience,
    Review,
}

impl Kept for Step {
    fn read(json: &str) -> Option<Self> {
        one_of(Self::ALL, json)
    }
}

impl Step {
    pub(super) const ALL: [Self; 5] =
        [Self::Basics, Self::Variants, Self::Split, Self::Audience, Self::Review];

    pub(super) const fn number(self) -> u8 {
        self as u8 + 1
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Basics => "Basics",
            Self::Variants => "Variants",
            Self::Split => "Split",
            Self::Audience => "Audience",
            Self::Review => "Review",
        }
    }

    /// Returns the id of the step's heading.
    pub(super) const fn title_id(self) -> &'static str {
        match self {
            Self::Basics => "step-basics",
            Self::Variants => "step-variants",
            Self::Split => "step-split",
            Self::Audience => "step-audience",
            Self::Review => "step-review",
        }
    }

    pub(super) const fn previous(self) -> Self {
        match self {
            Self::Basics | Self::Variants => Self::Basics,
            Self::Split => Self::Variants,
            Self::Audience => Self::Split,
            Self::Review => Self::Audience,
        }
    }

    pub(super) const fn following(self) -> Self {
        match self {
            Self::Basics => Self::Variants,
            Self::Variants => Self::Split,
            Self::Split => Self::Audience,
            Self::Audience | Self::Review => Self::Review,
        }
    }

    /// Returns the step that has the field of a problem.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        match problem.field()?.root()? {
            "environmentId" | "name" | "key" | "description" => Some(Self::Basics),
            "variants" => Some(Self::Variants),
            "allocations" => Some(Self::Split),
            "audienceId" | "targetingRules" => Some(Self::Audience),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::{ApiError, FieldPath};

    use super::*;

    #[test]
    fn the_field_decides_which_step_has_a_problem_whatever_its_words() {
        let step = |error: ApiError| Step::of(&error.into());
        let variant = FieldPath::of("variants").at(1).then("key");
        assert_eq!(
            step(ApiError::invalid_field(variant, "must differ from `allocations`")),
            Some(Step::Variants)
        );
        let taken = ApiError::conflict("`variants[0].key` has the same key").on_field(FieldPath::of("key"));
        assert_eq!(step(taken), Some(Step::Basics));
        assert_eq!(step(ApiError::conflict("`key` of another request is in use")), None);
        assert_eq!(step(ApiError::invalid_field(FieldPath::of("variants.key"), "is unknown")), None);
        assert_eq!(step(ApiError::invalid_field(FieldPath::default(), "is not valid JSON")), None);
    }
}
