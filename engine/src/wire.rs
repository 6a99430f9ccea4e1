//! The names of assignments in responses. A ruleset contains the parts of responses as JSON, so these names are part of
//! the format of rulesets.

use alloc::{borrow::Cow, vec::Vec};

use serde::Deserialize;

use crate::{json::push_string, snapshot::Variant};

/// The start of a head, before the key of the experiment.
const HEAD: &[u8] = b"{\"experiment_key\":";
/// The part of a tail before the payload.
const PAYLOAD: &[u8] = b",\"payload\":";
/// The start of a tail, before the key of the variant.
const TAIL: &[u8] = b"\"variant_key\":";

/// Appends the start of an experiment's assignments: `{"experiment_key":…,"experiment_id":…,`.
pub(crate) fn push_head(text: &mut Vec<u8>, key: &str, id: &str) {
    push_key_of_head(text, key);
    text.extend_from_slice(b"\"experiment_id\":");
    push_string(text, id);
    text.push(b',');
}

/// Appends the part of a head that depends on the key alone: `{"experiment_key":…,`.
pub(crate) fn push_key_of_head(text: &mut Vec<u8>, key: &str) {
    text.extend_from_slice(HEAD);
    push_string(text, key);
    text.push(b',');
}

/// Appends the end of a variant's assignments: `"variant_key":…,"variant_id":…,"payload":…}`, without the payload if the
/// variant has none.
pub(crate) fn push_tail(text: &mut Vec<u8>, variant: &Variant) {
    text.extend_from_slice(TAIL);
    push_string(text, &variant.key);
    text.extend_from_slice(b",\"variant_id\":");
    push_string(text, &variant.id);
    if let Some(payload) = &variant.payload {
        text.extend_from_slice(PAYLOAD);
        text.extend_from_slice(payload.get().as_bytes());
    }
    text.push(b'}');
}

/// Returns the key of the experiment in a head. Empty if the text is no head.
pub(crate) fn key_of_head(head: &[u8]) -> Cow<'_, str> {
    key_after(HEAD, head)
}

/// Returns the key of the variant in a tail. Empty if the text is no tail.
pub(crate) fn key_of_tail(tail: &[u8]) -> Cow<'_, str> {
    key_after(TAIL, tail)
}

/// Returns a tail without the payload and the closing brace. Quotes within JSON strings are escaped, so the search finds
/// the member.
pub(crate) fn without_payload(tail: &[u8]) -> &[u8] {
    let end = tail.windows(PAYLOAD.len()).position(|window| window == PAYLOAD);
    tail.get(..end.unwrap_or(tail.len().saturating_sub(1))).unwrap_or_default()
}

fn key_after<'a>(start: &[u8], text: &'a [u8]) -> Cow<'a, str> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

    let key = text.strip_prefix(start).unwrap_or_default();
    let mut keys = serde_json::Deserializer::from_slice(key).into_iter::<Key<'a>>();
    match keys.next() {
        Some(Ok(Key(key))) => key,
        _ => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        for key in ["", "button", "quote \" and \\", "日本\u{1f600}\n", ","] {
            let mut text = Vec::new();
            push_head(&mut text, key, "id");
            assert_eq!(key_of_head(&text), key);
            text.clear();
            push_tail(&mut text, &Variant { id: "id".into(), key: key.into(), payload: None });
            assert_eq!(key_of_tail(&text), key);
        }
        let payload = serde_json::value::RawValue::from_string("{\"payload\":1}".into()).unwrap();
        for payload in [None, Some(payload)] {
            let mut tail = Vec::new();
            push_tail(&mut tail, &Variant { id: "i,\"payload\":".into(), key: "k".into(), payload });
            let expected = br#""variant_key":"k","variant_id":"i,\"payload\":""#;
            assert_eq!(without_payload(&tail), expected);
        }
        assert_eq!(without_payload(b""), b"");
        assert_eq!(key_of_head(b"{\"other\":1"), "");
        assert_eq!(key_of_tail(b""), "");
    }
}
