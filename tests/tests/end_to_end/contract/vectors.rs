//! The recorded decisions of the reference system, through a decision plane that reads its snapshots.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::planes::Plane;

#[test]
fn a_decision_plane_reproduces_the_recorded_decisions() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/decisions.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(vectors).unwrap()).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let directory = TempDir::new().unwrap();
    for (number, case) in cases.iter().enumerate() {
        let environment = directory.path().join(format!("configs/case-{number}"));
        let (snapshot, version) = (case["snapshot"].to_string(), &case["snapshot"]["version"]);
        fs::create_dir_all(environment.join("snapshots")).unwrap();
        // The objects that the reference system writes; for some cases only the object that its readers load first.
        fs::write(environment.join("snapshots/latest.json"), &snapshot).unwrap();
        if number % 3 > 0 {
            fs::write(environment.join(format!("snapshots/{version}.json")), &snapshot).unwrap();
        }
        if number % 2 == 0 {
            fs::write(environment.join("version.json"), format!("{{\"version\":{version}}}")).unwrap();
        }
    }

    let store = format!("file:{}", directory.path().display());
    let plane = Plane::start("decide", directory.path(), &["--snapshot-store", &store]);
    for (number, case) in cases.iter().enumerate() {
        for request in case["requests"].as_array().unwrap() {
            let (user_key, context) = (request["user_key"].as_str().unwrap(), request["context"].to_string());
            let query =
                format!("user_key={}&env=case-{number}&context={}", encode(user_key), encode(&context));
            let got = plane.api.get(&format!("/decide?{query}")).is(200);
            assert_eq!(got["assignments"], request["assignments"], "case {number}, {user_key}, {context}");
            assert_eq!(got["config_version"], case["snapshot"]["version"]);
            assert_eq!(got["user_key"], user_key);
        }
    }
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
