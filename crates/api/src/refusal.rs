//! The refusals of object stores: which responses mean that an object does not exist, and the code of an error response.

/// The code with which S3, and servers with the same API, refuse to read an object that exists, and also an object that does
/// not exist if the reader must not list the bucket.
pub const ACCESS_DENIED: &str = "AccessDenied";

/// The code with which S3, and servers with the same API, say that an object does not exist.
pub const NO_SUCH_KEY: &str = "NoSuchKey";

/// The longest code of an error that is believed, in bytes.
const MAX_CODE_BYTES: usize = 64;

/// Returns whether the response to a GET of an object says that the object does not exist: 404, unless the whole bucket does
/// not exist, or 403 with the code `AccessDenied`, as S3 responds to readers that must not list the bucket. Every other
/// refusal, such as a wrong signature, says nothing about the object.
#[must_use]
pub fn is_absent(status: u16, body: &[u8]) -> bool {
    match status {
        404 => error_code(body) != Some("NoSuchBucket"),
        403 => error_code(body) == Some(ACCESS_DENIED),
        _ => false,
    }
}

/// Returns the code in the body of a store's error response: `<Code>…</Code>` in XML, `"code": "…"` in JSON, or `Code: …`
/// on the page of a bucket that is served as a website. A code consists of ASCII letters, digits, `.`, `-` and `_`.
#[must_use]
pub fn error_code(body: &[u8]) -> Option<&str> {
    let text = str::from_utf8(body).ok()?;
    let after = ["<Code>", "<code>", "\"code\"", "\"Code\"", "<li>Code:"]
        .into_iter()
        .find_map(|label| text.split_once(label).map(|(_, after)| after))?;
    let code = after.trim_start_matches([' ', ':', '"', '\t', '\n', '\r']);
    let end = code.find(|character: char| !is_in_code(character)).unwrap_or(code.len());
    code.get(..end).filter(|code| is_code(code))
}

/// Returns whether a text can be the code of an error. Another text is not repeated in logs and responses.
#[must_use]
pub fn is_code(text: &str) -> bool {
    (1..=MAX_CODE_BYTES).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(is_in_code)
}

fn is_in_code(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENIED: &str =
        "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>no</Message></Error>";

    #[test]
    fn the_code_is_read_from_xml_json_and_website_pages() {
        let cases = [
            (DENIED, Some("AccessDenied")),
            ("{\"code\":\"AccessDenied\",\"message\":\"no\"}", Some("AccessDenied")),
            ("{\n  \"Code\" : \"NoSuchBucket\"}", Some("NoSuchBucket")),
            (
                "<html><ul>\n<li>Code: AccessDenied</li>\n<li>Message: Access Denied</li>",
                Some("AccessDenied"),
            ),
            ("<Error><Code>a b</Code></Error>", Some("a")),
            ("<Error><Code></Code></Error>", None),
            ("{\"error\":{\"code\":403}}", None),
            ("<h1>403 Forbidden</h1>", None),
            ("", None),
        ];
        for (body, code) in cases {
            assert_eq!(error_code(body.as_bytes()), code, "{body}");
        }
        assert_eq!(error_code(format!("<Code>{}</Code>", "x".repeat(65)).as_bytes()), None);
        assert_eq!(error_code(b"\xFF<Code>AccessDenied</Code>"), None);
    }

    #[test]
    fn only_a_missing_object_or_a_denied_one_counts_as_absent() {
        let code = |code: &str| format!("<Error><Code>{code}</Code></Error>").into_bytes();
        assert!(
            is_absent(404, b"")
                && is_absent(404, &code("NoSuchKey"))
                && is_absent(403, &code("AccessDenied"))
        );
        assert!(
            !is_absent(404, &code("NoSuchBucket"))
                && !is_absent(403, b"")
                && !is_absent(401, &code("AccessDenied"))
        );
        for refusal in
            ["SignatureDoesNotMatch", "InvalidAccessKeyId", "RequestTimeTooSkewed", "AllAccessDisabled"]
        {
            assert!(!is_absent(403, &code(refusal)), "{refusal}");
        }
    }
}
