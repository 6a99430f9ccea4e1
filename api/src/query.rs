//! Reading a query string.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

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
            let (part, after) = split_at_byte(rest, b'&');
            if !part.is_empty() {
                let (name, value) = split_at_byte(part, b'=');
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
            (Some(value), None) if memchr(0, value.as_bytes()).is_some() => {
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

/// What stands before the first `byte`, which is ASCII, and what after it.
fn split_at_byte(text: &str, byte: u8) -> (&str, &str) {
    memchr(byte, text.as_bytes())
        .and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)))
        .unwrap_or((text, ""))
}

#[expect(clippy::indexing_slicing, reason = "every byte has its place among 256")]
fn decode(text: &str) -> Result<Cow<'_, str>, ApiError> {
    if memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    // What is decoded is never longer.
    let mut decoded = vec![0; text.len()];
    let (mut rest, mut length) = (text.as_bytes(), 0);
    for to in &mut decoded {
        let [byte, after @ ..] = rest else { break };
        (*to, rest) = match (byte, after) {
            (b'%', [high, low, beyond @ ..]) => match (HEX[usize::from(*high)], HEX[usize::from(*low)]) {
                (high @ ..16, low @ ..16) => (high << 4 | low, beyond),
                // A `%` that escapes nothing stands for itself, as in browsers.
                _ => (b'%', after),
            },
            (b'+', after) => (b' ', after),
            (byte, after) => (*byte, after),
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
