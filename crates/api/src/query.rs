//! Reading a query string.

use std::borrow::Cow;

use memchr::memchr;

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
        let mut parameters = Vec::with_capacity(USUAL_PARAMETERS);
        let mut rest = query;
        while !rest.is_empty() {
            // Contexts are long, names are short.
            let (part, after) = split_at(rest, memchr(b'&', rest.as_bytes()));
            if !part.is_empty() {
                let (name, value) = split_at(part, part.bytes().position(|byte| byte == b'='));
                parameters.push((decode(name)?, decode(value)?));
            }
            rest = after;
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter, if it is there.
    ///
    /// # Errors
    /// 400 if it is there more than once, or holds a NUL character.
    pub fn optional(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_ref());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(ApiError::invalid(format!("`{name}` is given more than once"))),
            (Some(value), None) if value.as_bytes().contains(&0) => {
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

/// So many parameters a decision has.
const USUAL_PARAMETERS: usize = 3;

/// What stands before the byte at a place, which is ASCII, and what after it; all and nothing if there is none.
fn split_at(text: &str, place: Option<usize>) -> (&str, &str) {
    place.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))).unwrap_or((text, ""))
}

#[expect(clippy::indexing_slicing, reason = "every byte has its place among 256")]
fn decode(text: &str) -> Result<Cow<'_, str>, ApiError> {
    // What is long mostly has something to decode, and early.
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    // What is decoded is never longer.
    let mut decoded = vec![0; text.len()];
    let (mut rest, mut length) = (text.as_bytes().iter(), 0);
    for to in &mut decoded {
        let Some(byte) = rest.next() else { break };
        *to = match byte {
            b'%' => match rest.as_slice() {
                [high, low, after @ ..] if HEX[usize::from(*high)] | HEX[usize::from(*low)] < 16 => {
                    rest = after.iter();
                    HEX[usize::from(*high)] << 4 | HEX[usize::from(*low)]
                }
                // A `%` that escapes nothing stands for itself, as in browsers.
                _ => b'%',
            },
            b'+' => b' ',
            byte => *byte,
        };
        length += 1;
    }
    decoded.truncate(length);
    String::from_utf8(decoded).map(Cow::Owned).map_err(|_| ApiError::invalid("the query string is not UTF-8"))
}

/// The values of hexadecimal digits; of all other bytes 255.
#[expect(clippy::indexing_slicing, reason = "every byte has its place among 256")]
static HEX: [u8; 256] = {
    let mut values = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        let place = b"0123456789abcdef"[digit as usize];
        values[place as usize] = digit;
        values[place.to_ascii_uppercase() as usize] = digit;
        digit += 1;
    }
    values
};
