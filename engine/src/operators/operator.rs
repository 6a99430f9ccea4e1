//! The operators that people write.

use super::{
    takes::Takes,
    test::{Form, Test},
};

/// What an operator is compiled to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    pub(crate) takes: Takes,
    /// The form of a condition with a value.
    pub(crate) form: Form,
    /// The form of a condition without a value. `None` if such a condition never matches.
    pub(crate) without_value: Option<Form>,
}

/// Defines [`Operator`] from a table. A repeated name or a missing cell does not compile.
///
/// Each cell has a function of its own, so that a build contains only the cells that the build uses: a WASM file that
/// compiles rulesets contains no labels.
macro_rules! operators {
    ($($operator:ident {
        name: $name:literal,
        label: $label:literal,
        description: $description:literal,
        takes: $takes:expr,
        form: $form:expr,
        $(without_value: { label: $label_without:literal, users: $users_without:literal, form: $form_without:expr },)?
    })+) => {
        /// An operator: the comparison that a condition makes between an attribute and the condition's value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Operator {
            $(#[doc = $description] $operator,)+
        }

        impl Operator {
            /// All operators, in the order in which the dashboard offers them.
            pub const ALL: &'static [Self] = &[$(Self::$operator),+];

            /// Returns the operator with this name in JSON, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$operator),)+
                    _ => None,
                }
            }

            /// Returns the operator's name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operator => $name,)+
                }
            }

            /// Returns the words between attribute and value in a description, such as `is one of`.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$operator => $label,)+
                }
            }

            /// Returns the words after the attribute in the description of a condition without a value, such as `is set`.
            /// `None` if a condition with this operator never matches without a value.
            #[must_use]
            pub const fn label_without_value(self) -> Option<&'static str> {
                match self {
                    $($(Self::$operator => Some($label_without),)?)+
                    _ => None,
                }
            }

            /// Returns whom a condition without a value matches, such as `Users with this attribute`. `None` if nobody.
            #[must_use]
            pub const fn users_without_value(self) -> Option<&'static str> {
                match self {
                    $($(Self::$operator => Some($users_without),)?)+
                    _ => None,
                }
            }

            /// Returns a sentence that says when a condition with this operator matches.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$operator => $description,)+
                }
            }

            /// Returns the value that the operator takes.
            #[must_use]
            pub const fn takes(self) -> Takes {
                match self {
                    $(Self::$operator => $takes,)+
                }
            }

            /// Returns what the operator is compiled to.
            pub(crate) const fn meaning(self) -> Meaning {
                match self {
                    $(Self::$operator => {
                        #[allow(unused_mut, reason = "only some rows have a form without a value")]
                        let mut meaning = Meaning { takes: $takes, form: $form, without_value: None };
                        $(meaning.without_value = Some($form_without);)?
                        meaning
                    })+
                }
            }
        }
    };
}

operators! {
    Eq {
        name: "eq",
        label: "is",
        description: "The attribute and the value are equal strings, numbers, booleans or nulls; or the attribute is missing and there is no value.",
        takes: Takes::Any,
        form: Form::of(Test::OneOf),
        without_value: { label: "is not set", users: "Users without this attribute", form: Form::not(Test::Present) },
    }
    Neq {
        name: "neq",
        label: "is not",
        description: "The attribute does not equal the value: the attribute has another value, or is missing.",
        takes: Takes::Any,
        form: Form::not(Test::OneOf),
        without_value: { label: "is set", users: "Users with this attribute", form: Form::of(Test::Present) },
    }
    In {
        name: "in",
        label: "is one of",
        description: "The value is an array, and the attribute equals one of its elements.",
        takes: Takes::List,
        form: Form::of(Test::OneOf),
    }
    NotIn {
        name: "notIn",
        label: "is none of",
        description: "The value is an array, and the attribute equals none of its elements, or is missing.",
        takes: Takes::List,
        form: Form::not(Test::OneOf),
    }
    Contains {
        name: "contains",
        label: "contains",
        description: "The attribute and the value are strings, and the attribute contains the value.",
        takes: Takes::Text,
        form: Form::of(Test::Contains),
    }
    Gt {
        name: "gt",
        label: "is greater than",
        description: "The attribute and the value are numbers, and the attribute is greater.",
        takes: Takes::Number,
        form: Form::of(Test::Above),
    }
    Lt {
        name: "lt",
        label: "is less than",
        description: "The attribute and the value are numbers, and the attribute is smaller.",
        takes: Takes::Number,
        form: Form::of(Test::Below),
    }
}
