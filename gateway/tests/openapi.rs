//! The OpenAPI document, and the page that renders the document.

use base64::{Engine, prelude::BASE64_STANDARD};
use edgewise::openapi;
use sha2::{Digest, Sha256};

#[test]
fn the_checked_in_document_describes_the_routes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut document = serde_json::to_string_pretty(&openapi::serve()).unwrap();
    document.push('\n');
    if std::env::var_os("EDGEWISE_BLESS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == document,
        "gateway/openapi.json no longer describes the routes. If the change is intended, update the file with\n\n    \
         EDGEWISE_BLESS=1 cargo test -p edgewise openapi\n\nand review the difference."
    );
}

#[test]
fn each_document_contains_the_routes_of_its_plane() {
    let serve = openapi::serve();
    for path in [
        "/api/environments",
        "/api/experiments/{id}/publish",
        "/api/decide",
        "/configs/{environment}/version.json",
        "/health",
        "/api/health",
        "/ready",
        "/metrics",
    ] {
        assert!(serve.paths.paths.contains_key(path), "{path}");
    }
    assert!(openapi::control().paths.paths.contains_key("/environments"));
    assert!(!openapi::control().paths.paths.contains_key("/decide"));
    assert!(openapi::decide().paths.paths.contains_key("/decide"));
    assert!(!openapi::decide().paths.paths.contains_key("/environments"));
}

#[test]
fn the_document_of_a_gateway_contains_the_errors_of_forwarding() {
    let document = serde_json::to_value(openapi::gateway()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let is_forwarded = ["/api/", "/configs/"].iter().any(|prefix| path.starts_with(prefix));
        for operation in operations.as_object().unwrap().values() {
            for status in ["502", "504"] {
                let is_described = operation["responses"][status].is_object();
                assert_eq!(is_described, is_forwarded && path != "/api/health", "{status} of {path}");
            }
        }
    }
}

#[test]
fn headers_of_revisions_and_rate_limits_are_described() {
    let document = serde_json::to_value(openapi::serve()).unwrap();
    let headers = |path: &str, method: &str, status: &str| {
        let headers = document["paths"][path][method]["responses"][status]["headers"].as_object();
        headers.map(|headers| headers.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    let published = ["etag", "x-publish-attempted", "x-publish-error", "x-publish-succeeded"];
    assert_eq!(headers("/api/environments", "post", "201"), ["etag"]);
    // A new experiment is published if it is running.
    assert_eq!(headers("/api/experiments", "post", "201"), published);
    assert_eq!(headers("/api/audiences/{id}", "get", "200"), ["etag"]);
    assert_eq!(headers("/api/experiments/{id}", "patch", "200"), published);
    assert_eq!(headers("/api/experiments/{id}/variants", "post", "201"), published);
    assert_eq!(headers("/api/experiments/{id}", "delete", "200"), published[1..]);
    let allowance = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    for method in ["get", "post"] {
        assert_eq!(headers("/api/decide", method, "200"), allowance);
        assert_eq!(headers("/api/decide", method, "429")[1..], allowance);
    }
    let responses = document["paths"]["/api/decide"]["post"]["responses"].as_object().unwrap();
    assert!(["408", "413", "415"].iter().all(|status| responses.contains_key(*status)), "{responses:?}");
}

#[test]
fn every_referenced_schema_exists() {
    for document in [openapi::serve(), openapi::gateway(), openapi::control(), openapi::decide()] {
        let document = serde_json::to_value(document).unwrap();
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}

#[test]
fn the_policy_of_the_page_allows_only_its_own_script_and_style() {
    let page = openapi::PAGE;
    for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
        let (_, rest) = page.split_once(&format!("<{tag}>")).unwrap();
        let (text, _) = rest.split_once(&format!("</{tag}>")).unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        let allowed = format!("{directive} 'sha256-{hash}'");
        assert!(
            openapi::PAGE_POLICY.contains(&allowed),
            "the page has changed: PAGE_POLICY must contain {allowed}"
        );
    }
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "the page must load nothing from elsewhere"
    );
}
