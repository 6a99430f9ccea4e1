//! Reading query strings.

use std::borrow::Cow;

use memchr::memchr;

use crate::error::ApiError;

/// The parameters of a query string, percent-decoded.
#[derive(Debug, Default)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Parses a query string. `+` is decoded as a space. A name or value whose escapes are malformed, or are not UTF-8, stays
    /// as it was written, as in the platform that Edgewise replaces.
    #[must_use]
    pub fn parse(query: &'a str) -> Self {
        let mut parameters = Vec::with_capacity(USUAL_PARAMETERS);
        let mut rest = query;
        while !rest.is_empty() {
            // Contexts are long, names are short.
            let (part, after) = split_at(rest, memchr(b'&', rest.as_bytes()));
            if !part.is_empty() {
                let (name, value) = split_at(part, part.bytes().position(|byte| byte == b'='));
                parameters.push((decode(name), decode(value)));
            }
            rest = after;
        }
        Self(parameters)
    }

    /// Returns the value of a parameter, if the parameter is present.
    ///
    /// # Errors
    /// Returns 400 if the parameter is given more than once, or contains a NUL character.
    pub fn optional(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_ref());
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(ApiError::invalid_parameter(name, "is given more than once")),
            (Some(value), None) if value.as_bytes().contains(&0) => {
                Err(ApiError::invalid_parameter(name, "must not contain a NUL character"))
            }
            (value, _) => Ok(value),
        }
    }

    /// Returns the value of a parameter, if the parameter is present. The value must not be empty.
    ///
    /// # Errors
    /// Returns 400 if the parameter is empty or invalid.
    pub fn not_empty(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match self.optional(name)? {
            Some("") => Err(ApiError::invalid_parameter(name, "must not be empty")),
            value => Ok(value),
        }
    }

    /// Returns the value of a parameter that must be present and not empty.
    ///
    /// # Errors
    /// Returns 400 if the parameter is missing, empty or invalid.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.not_empty(name)?.ok_or_else(|| ApiError::invalid_parameter(name, "is required"))
    }
}

/// The initial capacity: a decide request has three parameters.
const USUAL_PARAMETERS: usize = 3;

/// Splits a text at the ASCII byte at `place`. Without a place, the second part is empty.
fn split_at(text: &str, place: Option<usize>) -> (&str, &str) {
    place.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))).unwrap_or((text, ""))
}

fn decode(text: &str) -> Cow<'_, str> {
    // Long values usually contain an escape near the start, so this search is short.
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(decode_escapes(text).unwrap_or_else(|| text.replace('+', " ")))
}

/// Decodes escapes and `+`. Returns `None` if an escape is malformed, or the decoded text is not UTF-8.
#[expect(clippy::indexing_slicing, reason = "the table has an entry for each byte")]
fn decode_escapes(text: &str) -> Option<String> {
    // The decoded text is never longer.
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
                _ => return None,
            },
            b'+' => b' ',
            byte => *byte,
        };
        length += 1;
    }
    decoded.truncate(length);
    String::from_utf8(decoded).ok()
}

/// The values of hexadecimal digits; 255 for all other bytes.
#[expect(clippy::indexing_slicing, reason = "the table has an entry for each byte")]
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
