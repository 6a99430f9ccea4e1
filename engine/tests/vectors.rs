//! Decisions must equal the recorded decisions of the reference system.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod deciding;

use deciding::Compiled;
use edgewise_engine::{Bucket, Salt, murmur3};
use serde_json::Value;

fn vectors(file: &str) -> Value {
    let path = format!("{}/../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn hashes_and_buckets_equal_the_recorded_values() {
    let vectors = vectors("hashes.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 400, "only {} vectors", vectors.len());
    for vector in vectors {
        let (key, salt) = (vector["user_key"].as_str().unwrap(), vector["salt"].as_str().unwrap());
        assert_eq!(murmur3::hash(format!("{key}:{salt}").as_bytes()), vector["hash"], "{vector}");
        assert_eq!(Bucket::of(key, &Salt::new(salt)).get(), vector["bucket"], "{vector}");
    }
}

#[test]
fn decisions_equal_the_recorded_decisions() {
    let vectors = vectors("decisions.json");
    let mut requests = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let compiled = Compiled::from_json(&case["snapshot"]);
        for request in case["requests"].as_array().unwrap() {
            let assignments = compiled.decide(request["user_key"].as_str().unwrap(), &request["context"]);
            let got: Vec<Value> =
                assignments.into_iter().map(|assignment| compiled.response(assignment)).collect();
            assert_eq!(Value::from(got), request["assignments"], "{request}\n{}", case["snapshot"]);
            requests += 1;
        }
    }
    assert!(requests >= 1400, "only {requests} requests");
}

#[test]
fn the_contracts_example_values_hold() {
    for (key, salt, bucket) in [
        ("user-1", "salt-1", 2865),
        ("alice", "exp-abc", 663),
        ("", "", 7430),
        ("user:with:colon", "salt:with:colon", 6663),
        ("A", "B", 3590),
    ] {
        assert_eq!(Bucket::of(key, &Salt::new(salt)).get(), bucket, "({key}, {salt})");
    }
    for (text, hash) in [
        ("", 0),
        ("a", 1_009_084_850),
        ("abc", 3_017_643_002),
        ("é", 269_551_495),
        ("日本", 3_302_619_458),
        ("😀", 3_199_479_546),
    ] {
        assert_eq!(murmur3::hash(text.as_bytes()), hash, "{text}");
    }
}

/// SMHasher's `VerificationTest`: hash keys {}, {0}, {0, 1} … with seeds 256 − length, then hash the hashes.
#[test]
fn the_hash_has_smhashers_verification_value() {
    let hashes: Vec<u8> = (0..256u32)
        .flat_map(|length| {
            let key: Vec<u8> = (0..length).map(|byte| u8::try_from(byte).unwrap()).collect();
            murmur3::Murmur3::with_seed(256 - length).update(&key).finish().to_le_bytes()
        })
        .collect();
    assert_eq!(murmur3::hash(&hashes), 0xB0F5_7EE3);
}
