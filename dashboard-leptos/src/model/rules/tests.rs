use edgewise_api::{ApiError, FieldPath, resources::AudiencePatch};
use edgewise_engine::operators::Operator;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;
use crate::model::quoted;

/// Returns the path of a condition of the first rule.
fn place(condition: usize) -> FieldPath {
    FieldPath::of("rules").at(0).then("conditions").at(condition)
}

fn of(json: &str) -> Rules {
    Rules::from_json(&RawValue::from_string(json.to_owned()).unwrap())
}

fn round(json: &str) -> String {
    of(json).to_text()
}

/// Returns the rules as a request has them.
fn sent(rules: &Rules) -> Result<String, ApiError> {
    Ok(serde_json::to_string(&rules.request(&FieldPath::of("rules"))?).unwrap())
}

fn describe(json: &str) -> String {
    of(json).describe()
}

/// Parses rules as the server does.
fn parsed(rules: &str) -> Result<String, String> {
    let patch = AudiencePatch::from_body(format!("{{\"rules\":{rules}}}").as_bytes());
    let rules = patch.map_err(|error| error.message)?.rules.unwrap();
    Ok(serde_json::to_string(&rules).unwrap())
}

fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        (-1_000_000_000_000_000_000_i64..i64::MAX).prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
        ".{0,6}".prop_map(|text| quoted(&text)),
        "[0-9,\" ;tru]{0,5}".prop_map(|text| quoted(&text)),
    ];
    let list = prop::collection::vec(scalar.clone(), 0..9).prop_map(|list| format!("[{}]", list.join(",")));
    prop_oneof![3 => scalar, 2 => list, 1 => Just("{\"a\":[1.0,{}]}".to_owned())]
}

fn condition() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(Operator::ALL).prop_map(Operator::name);
    ("[a-z.]{1,8}", operator, prop::option::of(value())).prop_map(|(attribute, operator, value)| {
        let value = value.map(|value| format!(",\"value\":{value}")).unwrap_or_default();
        format!("{{\"attribute\":\"{attribute}\",\"operator\":\"{operator}\"{value}}}")
    })
}

fn rules() -> impl Strategy<Value = String> {
    let rule = prop::collection::vec(condition(), 0..4)
        .prop_map(|conditions| format!("{{\"conditions\":[{}]}}", conditions.join(",")));
    prop::collection::vec(rule, 0..4).prop_map(|rules| format!("[{}]", rules.join(",")))
}

proptest! {
    #[test]
    fn rules_survive_a_round_trip_byte_for_byte(json in rules()) {
        prop_assert_eq!(round(&json), json);
    }

    #[test]
    fn written_rules_are_what_the_server_stores(json in rules()) {
        // What the API stores, although nobody can enter it, such as an empty list, has a problem.
        if let Ok(sent) = sent(&of(&json)) {
            prop_assert_eq!(&sent, &json);
        }
        prop_assert_eq!(parsed(&round(&json)), Ok(json));
    }

    #[test]
    fn any_json_survives_a_round_trip(json in prop_oneof![value(), value().prop_map(|value| format!("[{value}]"))]) {
        prop_assert_eq!(&round(&json), if json == "null" { "[]" } else { &json });
        let within = format!("[{{\"conditions\":[{json}]}},{{\"conditions\":{json}}}]");
        prop_assert_eq!(round(&within), within);
    }

    #[test]
    fn the_server_accepts_any_input_without_problems(typed in ".{0,8}", operator in prop::sample::select(Operator::ALL), kind in 0..5_usize) {
        let mut rules = Rules::default();
        let id = rules.add_alternative();
        rules.change(id, |condition| {
            condition.attribute = "country".to_owned();
            condition.set_text(typed.clone());
            condition.set_operator(operator.name());
            let kinds = [None, Some(Kind::Text), Some(Kind::Number), Some(Kind::Boolean), Some(Kind::Json)];
            if kind > 0 {
                condition.set_kind(*kinds.get(kind).unwrap());
            }
            condition.set_text(typed.clone());
            condition.change_list(|list| list.set_typing(&typed));
        });
        if let Ok(sent) = sent(&rules) {
            let parsed = parsed(&sent);
            if !parsed.as_ref().is_err_and(|problem| problem.contains("overflow")) {
                prop_assert_eq!(parsed, Ok(sent));
            }
        }
    }
}

#[test]
fn rules_in_unknown_formats_are_kept() {
    for json in [
        "{\"all\":[]}",
        "[1]",
        "[{\"conditions\":{}}]",
        "[{\"conditions\":[{\"attribute\":\"a\"},7,{\"operator\":\"eq\",\"attribute\":1}]}]",
        "[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"matches\",\"value\":\"x\"}]}]",
        "[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"eq\",\"value\":\"\\ud800\"}]}]",
    ] {
        assert_eq!(round(json), json);
    }
}

#[test]
fn absent_and_null_values_differ() {
    let absent = "[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"eq\"}]}]";
    let null = "[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"eq\",\"value\":null}]}]";
    assert_eq!((round(absent), round(null)), (absent.to_owned(), null.to_owned()));
    assert_eq!((describe(absent), describe(null)), ("a is not set".to_owned(), "a is null".to_owned()));
}

#[test]
fn rules_are_described_in_plain_english() {
    assert_eq!(describe("[]"), "everyone");
    assert_eq!(describe("null"), "everyone");
    assert_eq!(describe("[{\"conditions\":[]}]"), "everyone");
    let json = r#"[{"conditions":[{"attribute":"country","operator":"in","value":["US","CA"]},
        {"attribute":"plan","operator":"eq","value":"pro"}]},
        {"conditions":[{"attribute":"beta","operator":"eq","value":true}]}]"#;
    assert_eq!(describe(json), "country is one of US, CA and plan is pro; or beta is true");
    let json = r#"[{"conditions":[{"attribute":"age","operator":"gt","value":17.5},
        {"attribute":"plan","operator":"neq"}, {"attribute":"zip","operator":"neq","value":"10115"},
        {"attribute":"tier","operator":"notIn","value":[1,2,3,4,5,6,7,8]}]}]"#;
    assert_eq!(
        describe(json),
        "age is greater than 17.5 and plan is set and zip is not \"10115\" and tier is none of 1, 2, 3, 4, 5, 6 and 2 more"
    );
}

#[test]
fn a_new_condition_has_a_problem_until_it_is_filled_in() {
    let mut rules = of("[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"eq\",\"value\":1}]}]");
    let group = rules.alternatives().into_iter().next().unwrap();
    let id = rules.add_condition(group);
    let field = |rules: &Rules| {
        rules.problem(&FieldPath::of("rules")).map(|problem| problem.field.unwrap().to_string())
    };
    assert_eq!(field(&rules).as_deref(), Some("rules[0].conditions[1].attribute"));
    rules.change(id, |condition| condition.attribute = "age".to_owned());
    assert_eq!(field(&rules).as_deref(), Some("rules[0].conditions[1].value"));
    rules.change(id, |condition| condition.set_operator("gt"));
    rules.change(id, |condition| condition.set_text("old".to_owned()));
    assert_eq!(field(&rules).as_deref(), Some("rules[0].conditions[1].value"));
    assert_eq!(rules.at(&place(1).then("value")), Some(id));
    rules.change(id, |condition| condition.set_text("18".to_owned()));
    assert_eq!(rules.problem(&FieldPath::of("rules")), None);
    assert_eq!(rules.at(&FieldPath::of("rules[0].conditions[1]")), None);
    assert_eq!(rules.describe(), "a is 1 and age is greater than 18");
}

#[test]
fn an_alternative_is_removed_with_its_last_condition() {
    let mut rules = Rules::default();
    let (first, second) = (rules.add_alternative(), rules.add_alternative());
    rules.remove_condition(first);
    assert_eq!(rules.alternatives().len(), 1);
    rules.remove_condition(second);
    assert!(rules.is_empty());
    assert_eq!(rules.to_text(), "[]");
}

#[test]
fn input_stays_when_the_operator_changes() {
    let mut rules = Rules::default();
    let id = rules.add_alternative();
    let mut json = |change: &dyn Fn(&mut Condition)| {
        rules.change(id, |condition| {
            condition.attribute = "a".to_owned();
            change(condition);
        });
        let json = rules.to_text();
        let value = json.split("\"operator\":").nth(1).unwrap();
        value.trim_end_matches("}]}]").to_owned()
    };
    assert_eq!(json(&|condition| condition.set_text("42".to_owned())), "\"eq\",\"value\":42");
    assert_eq!(json(&|condition| condition.set_operator("contains")), "\"contains\",\"value\":\"42\"");
    assert_eq!(json(&|condition| condition.set_text("43".to_owned())), "\"contains\",\"value\":\"43\"");
    assert_eq!(json(&|condition| condition.set_operator("neq")), "\"neq\",\"value\":43");
    assert_eq!(json(&|condition| condition.set_operator("in")), "\"in\",\"value\":[43]");
    assert_eq!(
        json(&|condition| condition.change_list(|list| list.set_typing("US, 43,C"))),
        "\"in\",\"value\":[\"43\",\"US\",\"C\"]"
    );
    assert_eq!(
        json(&|condition| condition.set_kind(Some(Kind::Text))),
        "\"in\",\"value\":[\"43\",\"US\",\"C\"]"
    );
    assert_eq!(
        json(&|condition| condition.set_operator("notIn")),
        "\"notIn\",\"value\":[\"43\",\"US\",\"C\"]"
    );
    assert_eq!(json(&|condition| condition.set_operator("eq")), "\"eq\",\"value\":\"43\"");
    assert_eq!(json(&|condition| condition.set_kind(None)), "\"eq\"");
    assert_eq!(json(&|condition| condition.set_operator("gt")), "\"gt\",\"unfinished\":true");
}

#[test]
fn a_list_is_entered_while_typing_and_has_no_duplicates() {
    let mut rules = of("[{\"conditions\":[{\"attribute\":\"a\",\"operator\":\"in\",\"value\":[\"DE\"]}]}]");
    let id = rules.at(&place(0)).unwrap();
    let mut words = |typed: &str| {
        rules.change(id, |condition| condition.change_list(|list| list.set_typing(typed)));
        let list = rules.condition(id).unwrap().list().unwrap();
        (list.labels().join(" "), list.typing().to_owned())
    };
    assert_eq!(words("F"), ("DE".to_owned(), "F".to_owned()));
    assert_eq!(words("FR,"), ("DE FR".to_owned(), String::new()));
    assert_eq!(words("US\nDE\nCA"), ("DE FR US".to_owned(), "CA".to_owned()));
    rules.change(id, |condition| condition.change_list(list::List::enter_typed));
    rules.change(id, |condition| condition.change_list(|list| list.remove(0)));
    rules.change(id, |condition| condition.change_list(list::List::remove_last));
    assert_eq!(rules.describe(), "a is one of FR, US");
}

#[test]
fn a_list_with_a_value_that_can_only_be_a_text_is_a_list_of_texts() {
    let typed = |saved: &str, typed: &[&str]| {
        let json =
            format!("[{{\"conditions\":[{{\"attribute\":\"zip\",\"operator\":\"in\",\"value\":{saved}}}]}}]");
        let mut rules = of(&json);
        let id = rules.at(&place(0)).unwrap();
        for typed in typed {
            rules.change(id, |condition| condition.change_list(|list| list.set_typing(typed)));
        }
        let mixture = rules.condition(id).unwrap().list().unwrap().mixture();
        let json = sent(&rules).unwrap();
        let value = json.split("\"value\":").nth(1).unwrap().trim_end_matches("}]}]").to_owned();
        (value, mixture)
    };
    let texts = |saved: &str, input: &[&str]| {
        let (value, mixture) = typed(saved, input);
        assert_eq!(mixture, None, "{value}");
        value
    };
    let all = r#"["02134","90210","10001"]"#;
    assert_eq!(texts("[]", &["02134, 90210, 10001"]), all);
    assert_eq!(texts("[]", &["02134\n90210\n10001\n"]), all);
    assert_eq!(texts("[]", &["90210,", "10001,", "02134"]), r#"["90210","10001","02134"]"#);
    assert_eq!(texts(r#"["02134"]"#, &["90210,10001,"]), all);
    assert_eq!(texts(r#"["90210"]"#, &["10001"]), r#"["90210","10001"]"#);
    assert_eq!(texts("[]", &["1, 2, 1"]), "[1,2]", "numbers stay numbers");
    // What another program saved as a mixture is kept, and pointed out.
    let (value, mixture) = typed(r#"["02134",90210]"#, &["10001,"]);
    assert_eq!(value, r#"["02134",90210,10001]"#);
    assert_eq!(mixture.as_deref(), Some("02134 is a text, but 90210 is a number"));
}

#[test]
fn a_description_of_many_alternatives_counts_the_rest() {
    let mut rules = Rules::default();
    for number in 0..100 {
        let id = rules.add_alternative();
        rules.change(id, |condition| {
            condition.attribute = format!("a{number}");
            condition.set_text("x".to_owned());
        });
    }
    let words = rules.describe();
    assert!(words.starts_with("a0 is x; or a1 is x; or "), "{words}");
    assert!(words.ends_with("; or a5 is x; and 94 more alternatives"), "{words}");
    assert_eq!(rules.describe_alternative(rules.alternatives()[99]), "a99 is x");
}

#[test]
fn unsaved_rules_are_restored_finished_or_not() {
    let mut rules = of(
        r#"[{"conditions":[{"attribute":"a","operator":"eq","value":""},{"attribute":"b","operator":"eq"}]}]"#,
    );
    let id = rules.add_alternative();
    rules.change(id, |condition| {
        condition.attribute = "zip".to_owned();
        condition.set_operator("in");
        condition.change_list(|list| list.set_typing("02134, 9"));
    });
    let restored = Rules::from_text(&rules.to_text());
    assert_eq!(restored.to_text(), rules.to_text());
    assert_eq!(restored.problem(&FieldPath::of("rules")), None);
    rules.add_alternative();
    let mut unfinished = Rules::from_text(&rules.to_text());
    let id = unfinished.alternatives().last().and_then(|last| unfinished.conditions(*last).first().copied());
    unfinished.change(id.unwrap(), |condition| condition.attribute = "c".to_owned());
    let problem = unfinished.problem(&FieldPath::of("rules")).unwrap();
    assert_eq!(problem.field.unwrap().to_string(), "rules[2].conditions[0].value");
}
