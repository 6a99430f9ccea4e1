//! The tests that rulesets contain.

/// What the two operands of a test refer to. Validation checks that all of this exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operands {
    /// The operands are unused \[0, 0].
    None,
    /// A value \[value, 0].
    Value,
    /// A set of values in ValueSets \[first, number of values].
    Values,
    /// A threshold \[index among the attribute's thresholds, 0].
    Threshold,
    /// A string in Text that a decision may read \[offset, length].
    Text,
}

/// What a test reads of an attribute that a decision has resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Whether the attribute is present.
    Presence,
    /// The number of the attribute's value.
    Value,
    /// The number of thresholds below the attribute.
    Thresholds,
    /// The attribute's text. The time of such a test grows with the text, so a decision remembers the result.
    Text,
}

/// Defines [`Test`] from a table. A repeated code or a missing cell does not compile.
macro_rules! tests {
    ($($(#[doc = $doc:literal])+ $test:ident = $code:literal { operands: $operands:ident, reads: $reads:ident })+) => {
        /// A test of one attribute, which operators are compiled to. The number is the test's code in the section
        /// Conditions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Test {
            $($(#[doc = $doc])+ $test = $code,)+
        }

        impl Test {
            /// Returns the test with this code, if there is one.
            #[inline]
            pub(crate) const fn from_code(code: u32) -> Option<Self> {
                match code {
                    $($code => Some(Self::$test),)+
                    _ => None,
                }
            }

            /// Returns what the operands of the test refer to.
            #[inline]
            pub(crate) const fn operands(self) -> Operands {
                match self {
                    $(Self::$test => Operands::$operands,)+
                }
            }

            /// Returns what the test reads of an attribute.
            pub(crate) const fn reads(self) -> Reads {
                match self {
                    $(Self::$test => Reads::$reads,)+
                }
            }
        }
    };
}

tests! {
    /// The attribute has one of the values.
    OneOf = 0 { operands: Values, reads: Value }

    /// The attribute has the value.
    Is = 1 { operands: Value, reads: Value }

    /// The attribute is present.
    Present = 2 { operands: None, reads: Presence }

    /// The attribute is a number above the threshold.
    Above = 3 { operands: Threshold, reads: Thresholds }

    /// The attribute is a number below the threshold.
    Below = 4 { operands: Threshold, reads: Thresholds }

    /// The attribute is a string that contains the string.
    Contains = 5 { operands: Text, reads: Text }
}

impl Test {
    /// Returns the test's code.
    pub(crate) const fn code(self) -> u32 {
        self as u32
    }
}

/// A test, or the negation of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Form {
    pub(crate) test: Test,
    pub(crate) negated: bool,
}

impl Form {
    /// The form that is met if the test is.
    pub(crate) const fn of(test: Test) -> Self {
        Self { test, negated: false }
    }

    /// The form that is met unless the test is.
    pub(crate) const fn not(test: Test) -> Self {
        Self { test, negated: true }
    }
}
