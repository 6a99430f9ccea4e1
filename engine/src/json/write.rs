use alloc::{string::ToString, vec::Vec};

use serde_json::Value;

use super::plain::is_plain;

/// Appends an integer to a UTF-8 text.
///
/// ```
/// let mut text = b"from 0 to ".to_vec();
/// edgewise_engine::json::push_number(&mut text, u64::MAX);
/// assert_eq!(text, b"from 0 to 18446744073709551615");
/// text.clear();
/// edgewise_engine::json::push_number(&mut text, 0);
/// assert_eq!(text, b"0");
/// ```
pub fn push_number(text: &mut Vec<u8>, value: u64) {
    let mut digits = [b'0'; 20];
    let (mut first, mut rest) = (digits.len(), value);
    for digit in digits.iter_mut().rev() {
        *digit += (rest % 10) as u8;
        first -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.extend_from_slice(digits.get(first..).unwrap_or_default());
}

/// Appends a JSON string to a UTF-8 text.
pub fn push_string(text: &mut Vec<u8>, value: &str) {
    if value.bytes().all(is_plain) {
        text.push(b'"');
        text.extend_from_slice(value.as_bytes());
        text.push(b'"');
    } else {
        text.extend_from_slice(Value::from(value).to_string().as_bytes());
    }
}
