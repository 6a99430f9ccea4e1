use edgewise_engine::{Bucket, Salt};
use serde_json::{Value, json};

use crate::scene::{NOBODY, Scene, assert_shape};

fn range(variant: &str, start: impl Into<Value>, end: impl Into<Value>) -> Value {
    json!({"variantId": variant, "rangeStart": start.into(), "rangeEnd": end.into()})
}

#[test]
fn allocations_are_replaced_and_returned_in_order() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b) = (experiment.variant("a"), experiment.variant("b"));
    for ranges in [
        vec![range(&b, 5000, 9999), range(&a, 0, 4999)],
        vec![range(&a, 0, 0), range(&b, 1, 1), range(&a, 9999, 9999)],
        vec![range(&a, 0, 9999)],
        // JSON does not distinguish integers from other numbers.
        vec![range(&a, 0.0, 1e3)],
        vec![],
    ] {
        let rows =
            scene.api().put(&experiment.below("/allocations"), &json!({"allocations": ranges})).is(200);
        assert_eq!(rows.as_array().unwrap().len(), ranges.len());
        for (row, range) in rows.as_array().unwrap().iter().zip(&ranges) {
            assert_shape(row, &["id", "variantId", "rangeStart", "rangeEnd", "experimentId"]);
            assert_eq!(
                (&row["variantId"], &row["experimentId"]),
                (&range["variantId"], &json!(experiment.id))
            );
            for field in ["rangeStart", "rangeEnd"] {
                assert!(row[field].is_i64(), "{row}");
                assert_eq!(row[field].as_f64(), range[field].as_f64());
            }
        }
        assert_eq!(experiment.get()["allocations"], rows);
    }
}

#[test]
fn invalid_allocations_are_400_and_change_nothing() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b) = (experiment.variant("a"), experiment.variant("b"));
    let foreign = scene.experiment("other").variant("v");
    experiment.give_all_to(&a);
    let before = experiment.get();
    for ranges in [
        // Inverted, overlapping
        json!([range(&a, 1, 0)]),
        json!([range(&a, 0, 5000), range(&b, 5000, 9999)]),
        json!([range(&a, 5000, 9999), range(&b, 0, 5000)]),
        json!([range(&a, 0, 9999), range(&a, 10, 20)]),
        json!([range(&a, 10, 20), range(&a, 10, 20)]),
        json!([range(&a, 0, 1), range(&b, 4, 5), range(&a, 5, 6)]),
        // Out of range, not integers
        json!([range(&a, -1, 10)]),
        json!([range(&a, 0, 10_000)]),
        json!([range(&a, 0, 1e300)]),
        json!([range(&a, 0, u64::MAX)]),
        json!([range(&a, 0, i64::MIN)]),
        json!([range(&a, 0.5, 10)]),
        json!([range(&a, "0", "10")]),
        json!([range(&a, Value::Null, 10)]),
        json!([range(&a, true, 10)]),
        json!([{"variantId": a, "rangeStart": 0}]),
        json!([{"variantId": a, "rangeEnd": 0}]),
        // Not a variant of the experiment
        json!([range(&foreign, 0, 10)]),
        json!([range(NOBODY, 0, 10)]),
        json!([range("", 0, 10)]),
        json!([range("a\u{0}b", 0, 10)]),
        json!([{"variantId": null, "rangeStart": 0, "rangeEnd": 10}]),
        json!([{"rangeStart": 0, "rangeEnd": 10}]),
        // Not a list of ranges
        json!([null]),
        json!([[]]),
        json!({}),
        json!(null),
        json!("all"),
        json!((0..101).map(|start| range(&a, start, start)).collect::<Vec<_>>()),
    ] {
        let body = json!({"allocations": ranges});
        scene.api().put(&experiment.below("/allocations"), &body).error_naming(400, "allocations");
    }
    scene.api().put(&experiment.below("/allocations"), &json!({})).error_naming(400, "allocations");
    assert_eq!(experiment.get(), before);

    let hundred = json!({"allocations": (0..100).map(|start| range(&a, start, start)).collect::<Vec<_>>()});
    scene.api().put(&experiment.below("/allocations"), &hundred).is(200);
}

#[test]
fn a_user_whose_bucket_is_not_allocated_gets_no_variant() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b) = (experiment.variant("a"), experiment.variant("b"));
    let salt = experiment.get()["salt"].as_str().unwrap().to_owned();
    let ranges = json!({"allocations": [range(&b, 6000, 6999), range(&a, 0, 2999)]});
    scene.api().put(&experiment.below("/allocations"), &ranges).is(200);
    experiment.set_status("RUNNING");
    let mut seen = [0; 3];
    for number in 0..60 {
        let user = format!("user-{number}");
        let (case, wanted) = match Bucket::of(&user, &Salt::new(&salt)).get() {
            0..=2999 => (0, json!(["a"])),
            6000..=6999 => (1, json!(["b"])),
            _ => (2, json!([])),
        };
        seen[case] += 1;
        let decided = scene.decide(&user, &json!({}));
        let keys: Vec<_> =
            decided["assignments"].as_array().unwrap().iter().map(|it| &it["variant_key"]).collect();
        assert_eq!(json!(keys), wanted, "{user}");
    }
    assert!(seen[0] > 0 && seen[2] > 0, "{seen:?}");
}
