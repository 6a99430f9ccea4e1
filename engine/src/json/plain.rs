use alloc::{borrow::Cow, vec::Vec};

use super::{members::Members, value::Json};

/// The initial capacity: most objects have no more members.
const USUAL_MEMBERS: usize = 8;
/// Integers of up to this many digits are exact as doubles.
const EXACT_DIGITS: usize = 15;

/// Reads an object in the form that programs mostly write: without white space, nesting, escapes or fractions. Returns
/// `None` for anything else, which [`read`](super::read) is to read or to reject.
pub(crate) fn read_plain(text: &str) -> Option<Members<'_>> {
    let mut rest = text.strip_prefix('{')?;
    let mut members = Vec::with_capacity(USUAL_MEMBERS);
    loop {
        let (key, after) = plain_string(rest)?;
        let (value, after) = plain_value(after.strip_prefix(':')?)?;
        members.push((Cow::Borrowed(key), value));
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (after == "}").then_some(members),
        }
    }
}

/// Reads a string, and returns the string and the rest of the text.
fn plain_string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = text.bytes().position(|byte| !is_plain(byte))?;
    Some((text.get(..end)?, text.get(end..)?.strip_prefix('"')?))
}

/// Returns whether JSON writes this byte of a string without an escape.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the table has an entry for each byte")]
pub(super) fn is_plain(byte: u8) -> bool {
    static PLAIN: [bool; 256] = {
        let mut plain = [true; 256];
        let mut control = 0;
        while control < b' ' {
            plain[control as usize] = false;
            control += 1;
        }
        plain[b'"' as usize] = false;
        plain[b'\\' as usize] = false;
        plain
    };
    PLAIN[usize::from(byte)]
}

/// Reads a string, literal or integer, and returns the value and the rest of the text.
fn plain_value(text: &str) -> Option<(Json<'_>, &str)> {
    let literal = |word: &str, value| Some((value, text.strip_prefix(word)?));
    match text.as_bytes().first()? {
        b'"' => plain_string(text).map(|(string, after)| (Json::String(Cow::Borrowed(string)), after)),
        b't' => literal("true", Json::Bool(true)),
        b'f' => literal("false", Json::Bool(false)),
        b'n' => literal("null", Json::Null),
        b'0' => literal("0", Json::Number(0.into())),
        b'1'..=b'9' => {
            let digits = text.bytes().position(|byte| !byte.is_ascii_digit())?;
            let number: u64 = text.get(..digits).filter(|_| digits <= EXACT_DIGITS)?.parse().ok()?;
            Some((Json::Number(number.into()), text.get(digits..)?))
        }
        _ => None,
    }
}
