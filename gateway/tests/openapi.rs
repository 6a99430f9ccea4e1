//! The document that describes the routes, and the page that shows it.

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
        "gateway/openapi.json no longer describes the routes. If the change is wanted, take it over by\n\n    \
         EDGEWISE_BLESS=1 cargo test -p edgewise openapi\n\nand look at the difference."
    );
}

#[test]
fn every_route_stands_where_it_is_served() {
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
fn every_schema_that_is_referred_to_is_there() {
    for document in [openapi::serve(), openapi::control(), openapi::decide()] {
        let document = serde_json::to_value(document).unwrap();
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}

#[test]
fn the_page_may_run_its_own_script_and_style_and_nothing_else() {
    let page = openapi::PAGE;
    for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
        let (_, rest) = page.split_once(&format!("<{tag}>")).unwrap();
        let (text, _) = rest.split_once(&format!("</{tag}>")).unwrap();
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        let allowed = format!("{directive} 'sha256-{hash}'");
        assert!(
            openapi::PAGE_POLICY.contains(&allowed),
            "the page has changed: PAGE_POLICY must say {allowed}"
        );
    }
    assert!(
        !page.contains("http://") && !page.contains("https://"),
        "the page must load nothing from elsewhere"
    );
}
