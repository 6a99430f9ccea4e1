//! Refusals: responses that do not come from a call, but from the server before the call, or from another server in front,
//! such as a proxy or a page to sign in.

use crate::{model::quoted, problem::Problem};

/// The maximum number of characters of another server's text that a message quotes.
const MAX_QUOTED: usize = 100;

/// Returns the JSON of the [`Problem`] that a refusal stands for. The status is 0 for a redirect.
pub(super) fn json(status: u16, body: &str) -> String {
    let message = match serde_json::from_str::<Problem>(body) {
        Ok(_) if status == 404 => {
            "this page and the server have different versions: reload the page".to_owned()
        }
        Ok(refusal) => refusal.to_string(),
        Err(_) => in_front(status, body),
    };
    // With these statuses a proxy says that it cannot reach the server.
    let kind = if matches!(status, 502..=504) { "NoResponse" } else { "Refused" };
    format!(r#"{{"kind":"{kind}","message":{}}}"#, quoted(&message))
}

fn in_front(status: u16, body: &str) -> String {
    let did = match status {
        0 => "redirected the request".to_owned(),
        _ => format!("answered with status {status}"),
    };
    let words = match words(body) {
        words if words.is_empty() => words,
        words => format!(" ({words})"),
    };
    format!("a server in front of Edgewise {did}{words}: {}", remedy(status))
}

/// Returns the title of an HTML page, or the first line of a plain text.
fn words(body: &str) -> String {
    let text = match body.split_once("<title>") {
        Some((_, title)) => title.split('<').next(),
        None => body.trim_start().lines().next().filter(|line| !line.starts_with('<')),
    };
    text.unwrap_or_default().trim().chars().take(MAX_QUOTED).collect()
}

const fn remedy(status: u16) -> &'static str {
    match status {
        0..=399 | 401 => "sign in there in another tab and try again, or reload this page",
        403 => "ask its operator to let the requests of this page through",
        404 | 405 => "ask its operator to forward all paths and methods",
        413 => "shorten the input, or ask its operator to raise the limit",
        429 => "wait a minute and try again",
        502..=504 => "it cannot reach Edgewise, try again in a moment",
        _ => "try again, or ask its operator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, body: &str) -> Problem {
        serde_json::from_str(&json(status, body)).unwrap()
    }

    #[test]
    fn the_servers_own_refusal_is_shown_as_it_is() {
        let refused = problem(403, r#"{"error":"the \"origin\" differs: open the dashboard"}"#);
        assert_eq!(refused.sentence(), "The \"origin\" differs: open the dashboard");
        assert!(!refused.is_without_response() && !refused.is_missing() && !refused.is_stale());
        let unknown = problem(404, r#"{"error":"no such route or method"}"#);
        assert!(unknown.sentence().ends_with("reload the page") && !unknown.is_missing(), "{unknown}");
    }

    #[test]
    fn the_refusal_of_a_server_in_front_says_its_status_its_words_and_the_remedy() {
        let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body></html>";
        let away = problem(502, page);
        assert_eq!(
            away.sentence(),
            "A server in front of Edgewise answered with status 502 (502 Bad Gateway): \
             it cannot reach Edgewise, try again in a moment"
        );
        assert!(away.is_without_response(), "the page loads again once the connection is back");
        assert!(problem(503, r#"{"error":"the control plane is away"}"#).is_without_response());
        let denied = problem(403, "RBAC: access denied\n");
        assert!(denied.sentence().contains("status 403 (RBAC: access denied): ask its operator"), "{denied}");
        assert!(problem(413, "<html>").sentence().contains("status 413: shorten the input"));
        assert!(problem(403, r#"{"message":"Forbidden"}"#).sentence().contains("Forbidden"));
        assert!(problem(500, &"x".repeat(9_999)).sentence().len() < 200 + MAX_QUOTED);
    }

    #[test]
    fn a_page_in_place_of_data_asks_to_sign_in() {
        for (status, body) in [(0, ""), (200, "<html><title>Sign in</title>"), (401, "")] {
            let problem = problem(status, body);
            assert!(problem.sentence().contains("sign in there"), "{status}: {problem}");
        }
    }
}
