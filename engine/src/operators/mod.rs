//! The operators of conditions: one table, which compiling, validation, deciding, the HTTP contract and the dashboard
//! read.
//!
//! - [`Operator`]: the operators that people write. A row says an operator's name in JSON, the value that the operator
//!   takes, the test that the operator is compiled to, and the words that describe the operator.
//! - [`Test`]: the tests that rulesets contain. Several operators can share a test, and an operator can add a negation.
//!
//! An operator that an existing test expresses is one row, and an arm in the reference evaluator. An operator that needs
//! a new test also needs a row in [`Test`], and an arm in `decide/matching.rs`.

mod operator;
mod takes;
mod test;

pub(crate) use operator::Meaning;
pub use operator::Operator;
pub use takes::Takes;
pub(crate) use test::{Form, Operands, Reads, Test};
