//! Fields of forms: a label, an input, and a hint or a problem below it. A form is a list of rows that say what its fields are.

mod field;
mod row;

pub(crate) use field::Field;
pub(crate) use row::{Bound, FieldInput, FieldRow};
