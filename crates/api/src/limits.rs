//! The limits of all inputs.

/// The limits of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// The largest context as JSON, in bytes.
    pub context_bytes: usize,
    /// The deepest nesting of a context, including the context itself.
    pub context_levels: usize,
    /// The longest user key, in bytes of UTF-8.
    pub user_key_bytes: usize,
}

impl Limits {
    /// The default limits: bodies of 1 MiB, contexts of 64 KiB and 32 levels, user keys of 1,024 bytes.
    pub const DEFAULT: Self =
        Self { body_bytes: 1 << 20, context_bytes: 64 << 10, context_levels: 32, user_key_bytes: 1024 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The longest key or name, in characters.
pub const NAME_CHARS: usize = 256;
/// The longest description, in characters.
pub const DESCRIPTION_CHARS: usize = 10_000;
/// The largest number of variants, and of allocations, of an experiment.
pub const VARIANTS: usize = 100;
/// The largest number of rules of an audience or experiment.
pub const RULES: usize = 100;
/// The largest number of conditions of a rule.
pub const CONDITIONS: usize = 100;
/// The largest number of values in a condition's list.
pub const LIST_VALUES: usize = 100_000;
/// The deepest nesting of a condition's value. A snapshot nests the value deeper, and must be readable by all readers.
pub const VALUE_LEVELS: usize = 32;
/// The largest number of experiments of an environment.
pub const EXPERIMENTS: i64 = 20_000;
