//! Reading a query string.

use std::borrow::Cow;

use crate::error::ApiError;

/// The parameters of a query string, percent-decoded.
#[derive(Debug, Default)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Takes a query string apart. `+` is a blank.
    ///
    /// # Errors
    /// 400 if a name or value is not UTF-8 once decoded.
    pub fn parse(query: &'a str) -> Result<Self, ApiError> {
        query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The value of a parameter, if it is there.
    ///
    /// # Errors
    /// 400 if it is there more than once, or holds a NUL character.
    pub fn optional(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_ref());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(ApiError::invalid(format!("`{name}` is given more than once"))),
            (Some(value), None) if value.contains('\0') => {
                Err(ApiError::invalid(format!("`{name}` must not contain a NUL character")))
            }
            (value, _) => Ok(value),
        }
    }

    /// The value of a parameter that must be there and not be empty.
    ///
    /// # Errors
    /// 400 otherwise.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        match self.optional(name)? {
            None => Err(ApiError::invalid(format!("`{name}` is required"))),
            Some("") => Err(ApiError::invalid(format!("`{name}` must not be empty"))),
            Some(value) => Ok(value),
        }
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, ApiError> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let (byte, after) = match (byte, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (hex(*high) << 4 | hex(*low), after)
            }
            (b'+', after) => (b' ', after),
            // A `%` that escapes nothing stands for itself, as in browsers.
            (byte, after) => (*byte, after),
        };
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| ApiError::invalid("the query string is not UTF-8"))
}

/// The value of a hexadecimal digit.
const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a' - 10),
    }
}
