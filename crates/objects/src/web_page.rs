//! Telling an object from a web page that something between this machine and the store sends instead.

use crate::error::Problem;

/// Returns the content of an object, unless the content is a web page.
///
/// # Errors
/// [`Problem::Failed`] if the content begins like HTML or XML. Neither a ruleset nor a snapshot begins with `<`.
pub fn refuse_web_page(content: Vec<u8>) -> Result<Vec<u8>, Problem> {
    let text = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&content);
    if text.trim_ascii_start().starts_with(b"<") {
        return Err(Problem::Failed(
            "the response is a web page instead of the object: a sign-in page of the network, or a proxy, stands between \
             this machine and the store"
                .to_owned(),
        ));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_told_from_an_object() {
        for page in ["<!DOCTYPE html>", "\u{FEFF}\r\n<html>", "  <?xml version=\"1.0\"?>"] {
            assert!(refuse_web_page(page.into()).is_err(), "{page}");
        }
        for object in ["", "{\"a\":\"<b>\"}", "\u{FEFF}{}", "EDGEWISE"] {
            assert_eq!(refuse_web_page(object.into()).unwrap(), object.as_bytes());
        }
    }
}
