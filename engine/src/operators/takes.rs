/// The value that an operator takes. With any other value, a condition never matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any value. Arrays and objects equal nothing.
    Any,
    /// An array of any values. Arrays and objects in the array equal nothing.
    List,
    /// A string.
    Text,
    /// A number.
    Number,
    /// No value. A value is ignored: the condition means what the operator means without a value.
    Nothing,
}
