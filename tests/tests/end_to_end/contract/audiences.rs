use edgewise_engine::operators::Operator;
use serde_json::{Value, json};

use crate::scene::{Published, Scene, assert_shape, environment, id, published, rules};

const FIELDS: [&str; 7] = ["id", "name", "environmentId", "environment", "rules", "createdAt", "updatedAt"];

#[test]
fn an_audience_is_created_read_and_changed() {
    let scene = Scene::new();
    let adults = rules("age", "gt", &json!(17.5));
    let body = json!({"name": "adults", "environmentId": scene.id, "rules": adults});
    let reply = scene.api().post("/audiences", &body);
    assert_eq!(published(&reply), Published::Silent);
    let made = reply.is(201);
    assert_shape(&made, &FIELDS);
    assert_shape(&made["environment"], &["id", "name", "createdAt", "updatedAt"]);
    assert_eq!((&made["name"], &made["rules"]), (&json!("adults"), &adults));
    assert_eq!((&made["environmentId"], &made["environment"]["id"]), (&json!(scene.id), &json!(scene.id)));
    assert_eq!(made["environment"]["name"], scene.name);

    let path = format!("/audiences/{}", id(&made));
    assert_eq!(scene.api().get(&path).is(200), made);

    let same = |got: &Value, but: &[&str]| {
        assert_shape(got, &FIELDS);
        for field in FIELDS.into_iter().filter(|field| !but.contains(field) && *field != "updatedAt") {
            assert_eq!(got[field], made[field], "{field}");
        }
    };
    same(&scene.api().patch(&path, &json!({})).is(200), &[]);
    let renamed = scene.api().patch(&path, &json!({"name": "grown-ups"})).is(200);
    assert_eq!(renamed["name"], "grown-ups");
    same(&renamed, &["name"]);
    let everyone = scene.api().patch(&path, &json!({"rules": []})).is(200);
    assert_eq!((&everyone["rules"], &everyone["name"]), (&json!([]), &json!("grown-ups")));
    assert!(everyone["updatedAt"].as_str() >= made["updatedAt"].as_str());
    assert_eq!(scene.api().get(&path).is(200), everyone);
}

#[test]
fn a_name_is_unique_in_its_environment() {
    let scene = Scene::new();
    let (other, _) = environment(scene.api());
    let (one, _two) = (scene.audience("one", "US"), scene.audience("two", "US"));
    let body = |environment: &str| json!({"name": "one", "environmentId": environment, "rules": []});
    scene.api().post("/audiences", &body(&scene.id)).error_naming(409, "one");
    scene.api().post("/audiences", &body(&other)).is(201);
    let path = format!("/audiences/{}", id(&one));
    scene.api().patch(&path, &json!({"name": "two"})).error_naming(409, "two");
    scene.api().patch(&path, &json!({"name": "one"})).is(200);
    assert_eq!(scene.api().get(&path).is(200)["name"], "one");
}

#[test]
fn rules_are_returned_unchanged() {
    let scene = Scene::new();
    for operator in Operator::ALL.iter().map(|operator| operator.name()) {
        for value in
            [json!(["US", 1, true, null]), json!("x"), json!(-1.5e-7), json!(null), json!({"a": {"b": []}})]
        {
            let rules = rules("a.b", operator, &value);
            let name = format!("{operator} {value}");
            let body = json!({"name": name, "environmentId": scene.id, "rules": rules});
            assert_eq!(scene.api().post("/audiences", &body).is(201)["rules"], rules);
        }
    }
    let several = json!([
        {"conditions": []},
        {"conditions": [
            {"attribute": "absent", "operator": "eq"},
            {"attribute": "", "operator": "in", "value": []},
        ]},
    ]);
    let body = json!({"name": "several", "environmentId": scene.id, "rules": several});
    assert_eq!(scene.api().post("/audiences", &body).is(201)["rules"], several);

    let number = "12345678901234567890123.10";
    let body = format!(
        r#"{{"name":"exact","environmentId":"{}","rules":[{{"conditions":[{{"attribute":"a","operator":"eq","value":{number}}}]}}]}}"#,
        scene.id
    );
    let reply = scene.api().request("POST", "/audiences").json(&body).send();
    reply.is(201);
    assert!(reply.text().contains(number), "{reply}");
}

#[test]
fn invalid_rules_are_400() {
    let scene = Scene::new();
    let audience = format!("/audiences/{}", id(&scene.audience("one", "US")));
    let experiment = scene.experiment("e");
    let condition = |condition: Value| json!([{"conditions": [condition]}]);
    for (rules, named) in [
        (json!("all"), ""),
        (json!({}), ""),
        (json!([1]), "[0]"),
        (json!([[]]), "[0]"),
        (json!([{"conditions": []}, null]), "[1]"),
        (json!([{}]), "conditions"),
        (json!([{"conditions": {}}]), "conditions"),
        (json!([{"conditions": [null]}]), "conditions[0]"),
        (condition(json!({"operator": "eq", "value": 1})), "attribute"),
        (condition(json!({"attribute": 1, "operator": "eq", "value": 1})), "attribute"),
        (condition(json!({"attribute": "a\u{0}", "operator": "eq", "value": 1})), "attribute"),
        (condition(json!({"attribute": "x".repeat(257), "operator": "eq", "value": 1})), "attribute"),
        (condition(json!({"attribute": "a", "value": 1})), "operator"),
        (condition(json!({"attribute": "a", "operator": "regex", "value": 1})), "operator"),
        (condition(json!({"attribute": "a", "operator": "EQ", "value": 1})), "operator"),
        (condition(json!({"attribute": "a", "operator": "", "value": 1})), "operator"),
        (condition(json!({"attribute": "a", "operator": null, "value": 1})), "operator"),
        (condition(json!({"attribute": "a", "operator": "in", "value": vec![1; 100_001]})), "value"),
        (json!([{"conditions": vec![json!({"attribute": "a", "operator": "eq"}); 101]}]), "conditions"),
        (json!(vec![json!({"conditions": []}); 101]), ""),
    ] {
        let named =
            |list: &str| if named.starts_with('[') { format!("{list}{named}") } else { named.to_owned() };
        let body = json!({"name": "bad", "environmentId": scene.id, "rules": rules});
        scene.api().post("/audiences", &body).error_naming(400, &named("rules"));
        scene.api().patch(&audience, &json!({"rules": rules})).error_naming(400, &named("rules"));
        let body = json!({"key": "bad", "name": "bad", "environmentId": scene.id, "targetingRules": rules});
        scene.api().post("/experiments", &body).error_naming(400, &named("targetingRules"));
        let body = json!({"targetingRules": rules});
        scene.api().patch(&experiment.path, &body).error_naming(400, &named("targetingRules"));
    }
    let body = json!({"targetingRules": rules("a", "in", &json!(vec![1; 100_000]))});
    scene.api().patch(&experiment.path, &body).is(200);
}

#[test]
fn deleting_an_audience_returns_it_and_detaches_it_from_experiments() {
    let scene = Scene::new();
    let audience = scene.audience("gone", "US");
    let (one, two) = (scene.experiment("one"), scene.experiment("two"));
    for experiment in [&one, &two] {
        let attached = scene.api().patch(&experiment.path, &json!({"audienceId": audience["id"]})).is(200);
        assert_eq!(attached["audienceId"], audience["id"]);
        assert_eq!(attached["audience"]["rules"], audience["rules"]);
    }
    let path = format!("/audiences/{}", id(&audience));
    assert_eq!(scene.api().delete(&path).is(200), audience);
    for experiment in [&one, &two] {
        let detached = experiment.get();
        assert_eq!((&detached["audienceId"], &detached["audience"]), (&Value::Null, &Value::Null));
    }
    scene.api().delete(&path).error(404);
    scene.api().get(&path).error(404);
    scene.api().patch(&path, &json!({"name": "back"})).error(404);
    let reused = json!({"name": "gone", "environmentId": scene.id, "rules": []});
    scene.api().post("/audiences", &reused).is(201);
}
