//! Responses that a page contains: the server sends them with the page, and the browser renders the page anew from them. A
//! response is found by its call, so that it does not matter in which order server and browser render.

/// Returns the key of a call.
pub(super) fn key(path: &str, query: &str) -> String {
    format!("{path}?{query}")
}

/// Adds the key in front of a text that the page will contain.
#[cfg(not(target_family = "wasm"))]
pub(super) fn with_key(key: &str, text: &str) -> String {
    format!("{key}\n{text}")
}

/// Returns a text without its key, if it has one. A key starts with a slash, and a [response](super::response) does not.
pub(super) fn without_key(text: &str) -> &str {
    match text.split_once('\n') {
        Some((key, rest)) if key.starts_with('/') => rest,
        _ => text,
    }
}

#[cfg(target_family = "wasm")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// Returns the text with this key, while the browser renders the page for the first time.
    #[wasm_bindgen::prelude::wasm_bindgen(js_namespace = edgewise)]
    pub(super) fn take(key: &str) -> Option<String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_behind_its_key_alone() {
        let text = "+{\"a\":\"b\\n\"}";
        assert_eq!(without_key(&with_key(&key("/-/a", "b=%0A"), text)), text);
        assert_eq!(without_key(&with_key("/-/a", "")), "");
        for without in ["", text, "+{\n}", "-{}"] {
            assert_eq!(without_key(without), without);
        }
    }
}
