//! Reading a JSON body field by field, with errors that name the field.
//!
//! First, the whole body is parsed, so that errors are found in unknown fields too (numbers that overflow, lone
//! surrogates, excessive nesting). Then, each field is read from its text, so that a payload keeps its original form.

use std::{collections::BTreeMap, fmt::Display};

use edgewise_engine::json::{self, Json};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{error::ApiError, field::FieldPath, limits};

/// A result with an [`ApiError`].
pub type Result<T> = std::result::Result<T, ApiError>;

/// The character that some editors and libraries write before UTF-8 text. RFC 8259, section 8.1, lets a parser ignore it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The members of a JSON object. If a key is repeated, the last member counts; unknown members are ignored.
#[derive(Debug)]
pub struct Fields<'a> {
    /// The path of the object, such as `allocations[2]`; without steps for the body itself.
    path: FieldPath,
    members: BTreeMap<String, &'a RawValue>,
}

/// Returns whether this `content-type` declares a body as JSON.
///
/// ```
/// use edgewise_api::json::is_declared_by;
///
/// assert!(is_declared_by("application/json; charset=utf-8"));
/// assert!(is_declared_by("application/vnd.api+json"));
/// assert!(!is_declared_by("text/plain"));
/// ```
#[must_use]
pub fn is_declared_by(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Checks that `body` is JSON, and returns the text. A byte order mark before the JSON is skipped, and is not part of the
/// text.
///
/// # Errors
/// Returns 400 if `body` is not JSON, with the position of the first error.
pub fn checked(body: &[u8]) -> Result<&str> {
    checked_by(body, json::read)
}

fn checked_by(
    body: &[u8],
    read: impl FnOnce(&str) -> std::result::Result<Json<'_>, serde_json::Error>,
) -> Result<&str> {
    let problem = |predicate: &dyn Display| ApiError::invalid_field(FieldPath::default(), predicate);
    let text = std::str::from_utf8(body).map_err(|_| problem(&"is not UTF-8"))?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(problem(&"is empty: send a JSON object"));
    }
    match read(text) {
        Ok(_) => Ok(text),
        Err(error) => Err(problem(&format_args!("is not valid JSON: {error}"))),
    }
}

/// Returns JSON text without the white space between tokens.
#[must_use]
pub fn minified(json: &RawValue) -> Box<RawValue> {
    let mut in_string = false;
    let mut escaped = false;
    let text: String = json
        .get()
        .chars()
        .filter(|&character| {
            let keep = in_string || !character.is_ascii_whitespace();
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = in_string,
                '"' => in_string = !in_string,
                _ => {}
            }
            keep
        })
        .collect();
    // Valid JSON without white space is still valid.
    RawValue::from_string(text).unwrap_or_else(|_| json.to_owned())
}

/// Returns whether objects and arrays of a JSON text nest more than `limit` levels deep.
#[must_use]
pub fn nests_deeper(json: &str, limit: usize) -> bool {
    let opens = |byte: u8| matches!(byte, b'{' | b'[');
    // Texts with at most `limit` opening brackets cannot nest deeper. Counting is fast: vector instructions process 16 or
    // more bytes at a time.
    let count = |run: &[u8]| usize::from(run.iter().map(|byte| u8::from(opens(*byte))).sum::<u8>());
    if json.as_bytes().chunks(usize::from(u8::MAX)).map(count).sum::<usize>() <= limit {
        return false;
    }
    let (mut level, mut deepest) = (0usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            byte if opens(byte) && !in_string => {
                level += 1;
                deepest = deepest.max(level);
            }
            b'}' | b']' if !in_string => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest > limit
}

impl<'a> Fields<'a> {
    /// Reads a body that must be a JSON object.
    ///
    /// # Errors
    /// Returns 400 if the body is not a JSON object.
    pub fn from_body(body: &'a [u8]) -> Result<Self> {
        Self::from_text(FieldPath::default(), checked(body)?)
    }

    /// Reads a body that must be a JSON object, and that may contain the escapes of lone surrogates, as
    /// [`from_body`](Self::from_body) does not. Fields that are read as texts must not contain such escapes.
    ///
    /// # Errors
    /// Returns 400 if the body is not a JSON object.
    pub fn from_lossy_body(body: &'a [u8]) -> Result<Self> {
        Self::from_text(FieldPath::default(), checked_by(body, json::read_lossy)?)
    }

    fn from_text(path: FieldPath, text: &'a str) -> Result<Self> {
        match serde_json::from_str(text) {
            Ok(members) => Ok(Self { path, members }),
            Err(_) if path.steps().is_empty() => Err(ApiError::invalid_field(path, "must be a JSON object")),
            Err(_) => Err(ApiError::invalid_field(path, "must be an object")),
        }
    }

    /// Returns the path of a field of the object.
    #[must_use]
    pub fn path_of(&self, name: &str) -> FieldPath {
        self.path.clone().then(name)
    }

    /// Creates an error about a field: `` `path.name` problem ``.
    #[must_use]
    pub fn error(&self, name: &str, problem: impl Display) -> ApiError {
        ApiError::invalid_field(self.path_of(name), problem)
    }

    /// Returns whether the field is present and `null`.
    #[must_use]
    pub fn is_null(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|json| json.get() == "null")
    }

    fn typed<T: Deserialize<'a>>(&self, name: &str, expected: &str) -> Result<Option<T>> {
        self.members
            .get(name)
            .map(|json| serde_json::from_str(json.get()))
            .transpose()
            .map_err(|_| self.error(name, format_args!("must be {expected}")))
    }

    fn required<T>(&self, name: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.error(name, "is required"))
    }

    /// Reads an optional text of at most `max_chars` characters without NUL.
    ///
    /// # Errors
    /// Returns 400 for any other value, including `null`.
    pub fn optional_text(&self, name: &str, max_chars: usize) -> Result<Option<String>> {
        let Some(text) = self.typed::<String>(name, "a string")? else { return Ok(None) };
        if text.contains('\0') {
            return Err(self.error(name, "must not contain a NUL character"));
        }
        if text.chars().nth(max_chars).is_some() {
            return Err(self.error(name, format_args!("must be at most {max_chars} characters long")));
        }
        Ok(Some(text))
    }

    /// Reads an optional text of 1 to 256 characters.
    ///
    /// # Errors
    /// Returns 400 for any other value, including `null`.
    pub fn optional_name(&self, name: &str) -> Result<Option<String>> {
        match self.optional_text(name, limits::NAME_CHARS)? {
            Some(text) if text.is_empty() => Err(self.error(name, "must not be empty")),
            text => Ok(text),
        }
    }

    /// Reads a required text of 1 to 256 characters.
    ///
    /// # Errors
    /// Returns 400 if the field is missing or has any other value.
    pub fn name(&self, name: &str) -> Result<String> {
        self.optional_name(name).and_then(|text| self.required(name, text))
    }

    /// Reads a required integer.
    ///
    /// # Errors
    /// Returns 400 if the field is missing or has any other value.
    pub fn integer(&self, name: &str) -> Result<i64> {
        let value = self.typed::<Json>(name, "an integer")?;
        let Json::Number(value) = self.required(name, value)? else {
            return Err(self.error(name, "must be an integer"));
        };
        #[expect(clippy::cast_possible_truncation, reason = "integral and within 2^53")]
        let integral = |number: f64| {
            (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
        };
        value
            .as_i64()
            .or_else(|| value.as_f64().and_then(integral))
            .ok_or_else(|| self.error(name, "must be an integer"))
    }

    /// Reads an optional object, and returns its text.
    ///
    /// # Errors
    /// Returns 400 for any other value, including `null`.
    pub fn optional_object(&self, name: &str) -> Result<Option<Box<RawValue>>> {
        match self.members.get(name) {
            Some(json) if json.get().starts_with('{') => Ok(Some(minified(json))),
            Some(_) => Err(self.error(name, "must be an object")),
            None => Ok(None),
        }
    }

    /// Returns the text of an optional field with any JSON value.
    #[must_use]
    pub fn optional_json(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).copied()
    }

    fn elements(&self, name: &str, max: usize) -> Result<Option<Vec<&'a RawValue>>> {
        let Some(json) = self.members.get(name) else { return Ok(None) };
        let elements: Vec<&RawValue> =
            serde_json::from_str(json.get()).map_err(|_| self.error(name, "must be an array"))?;
        if elements.len() > max {
            return Err(self.error(name, format_args!("must have at most {max} elements")));
        }
        Ok(Some(elements))
    }

    /// Reads an optional list of at most `max` objects. `read` reads each object.
    ///
    /// # Errors
    /// Returns 400 for any other value, including `null`, and returns the errors of `read`.
    pub fn optional_objects<T>(
        &self,
        name: &str,
        max: usize,
        read: impl Fn(&Fields<'a>) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(elements) = self.elements(name, max)? else { return Ok(None) };
        let path = self.path_of(name);
        let read = |(index, json): (usize, &'a RawValue)| {
            read(&Fields::from_text(path.clone().at(index), json.get())?)
        };
        elements.into_iter().enumerate().map(read).collect::<Result<_>>().map(Some)
    }

    /// Reads a required list of at most `max` objects. `read` reads each object.
    ///
    /// # Errors
    /// Returns 400 for any other value, and returns the errors of `read`.
    pub fn objects<T>(
        &self,
        name: &str,
        max: usize,
        read: impl Fn(&Fields<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.optional_objects(name, max, read).and_then(|list| self.required(name, list))
    }

    /// Reads an optional list of at most `max` ids. An element is the id itself, or an object with the member `id`. An id
    /// that is repeated counts once.
    ///
    /// # Errors
    /// Returns 400 for any other value, including `null`.
    pub fn optional_ids(&self, name: &str, max: usize) -> Result<Option<Vec<String>>> {
        let Some(elements) = self.elements(name, max)? else { return Ok(None) };
        let mut ids: Vec<String> = Vec::with_capacity(elements.len());
        for (index, json) in elements.into_iter().enumerate() {
            let path = self.path_of(name).at(index);
            let problem = |problem| ApiError::invalid_field(path.clone(), problem);
            let id = if json.get().starts_with('{') {
                Fields::from_text(path.clone(), json.get())?.name("id")?
            } else {
                serde_json::from_str(json.get())
                    .map_err(|_| problem("must be an id, or an object with an `id`"))?
            };
            if id.contains('\0') {
                return Err(problem("must not contain a NUL character"));
            }
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(Some(ids))
    }
}
