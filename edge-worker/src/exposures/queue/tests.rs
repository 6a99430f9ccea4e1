use edgewise_engine::{Buffer, Context, Request, UserKey};
use serde_json::{Value, json};

use super::{super::memory::REMEMBERED, *};

fn ruleset(payload: &Value) -> Ruleset {
    let snapshot = json!({
        "version": 3, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
        "experiments": [{
            "id": "e1", "key": "a,\"payload\":b", "salt": "s", "audienceRules": [], "targetingRules": [],
            "variants": [{"id": "v1", "key": "x,\"payload\":y", "payload": payload}, {"id": "v2", "key": "z"}],
            "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 4999},
                {"variantId": "v2", "rangeStart": 5000, "rangeEnd": 9999}],
        }],
    });
    Ruleset::from_json(snapshot.to_string().as_bytes()).unwrap()
}

fn record(exposures: &mut Exposures, ruleset: &Ruleset, user: &str, now_ms: u64) {
    let mut buffer = Buffer::new();
    let assignments =
        ruleset.decide(&Request::new(UserKey::new(user).unwrap(), &Context::default(), 0), &mut buffer);
    exposures.record(ruleset, user, assignments, now_ms);
}

/// Takes a turn at its time, and returns the turn, the time and the users of the batch.
fn begin(exposures: &mut Exposures, now_ms: u64) -> Option<(Turn, u64, Vec<String>)> {
    let turn = exposures.begin(now_ms, LIFETIME_MS)?;
    let due_ms = now_ms + turn.wait_ms;
    let body: Value = serde_json::from_slice(&exposures.take(&turn, due_ms)?).unwrap();
    let users = body["exposures"].as_array().unwrap().iter();
    Some((turn, due_ms, users.map(|user| user["user_key"].as_str().unwrap().to_owned()).collect()))
}

/// Sends the next batch, and returns its users.
fn send(exposures: &mut Exposures, now_ms: u64, outcome: Outcome) -> Option<Vec<String>> {
    let (turn, due_ms, users) = begin(exposures, now_ms)?;
    exposures.finish(&turn, outcome, due_ms, 1.0, None);
    Some(users)
}

const FAILED: Outcome = Outcome::Failed { retry_after_ms: None };

#[test]
fn an_exposure_names_user_assignments_and_version() {
    let mut exposures = Exposures::default();
    for user in 0..20 {
        record(&mut exposures, &ruleset(&json!({"big": [1, 2]})), &format!("user \"{user}\""), 42);
    }
    let turn = exposures.begin(42, LIFETIME_MS).unwrap();
    let batch: Value = serde_json::from_slice(&exposures.take(&turn, 42).unwrap()).unwrap();
    let exposures = batch["exposures"].as_array().unwrap();
    assert_eq!(exposures.len(), 20);
    let mut variants = std::collections::HashSet::new();
    for (user, exposure) in exposures.iter().enumerate() {
        let assignment = &exposure["assignments"][0];
        let variant = assignment["variant_id"].as_str().unwrap();
        variants.insert(variant.to_owned());
        let key = if variant == "v1" { "x,\"payload\":y" } else { "z" };
        assert_eq!(
            *exposure,
            json!({
                "user_key": format!("user \"{user}\""), "environment": "prod", "config_version": 3, "at_ms": 42,
                "assignments": [{"experiment_key": "a,\"payload\":b", "experiment_id": "e1", "variant_key": key, "variant_id": variant}],
            })
        );
    }
    assert_eq!(variants.len(), 2);
}

#[test]
fn an_exposure_is_sent_once() {
    let mut exposures = Exposures::default();
    record(&mut exposures, &ruleset(&json!({"a": 1})), "u", 0);
    record(&mut exposures, &ruleset(&json!({"a": 1})), "u", 0);
    // A changed payload does not make a new exposure.
    record(&mut exposures, &ruleset(&json!({"a": 2})), "u", 0);
    assert_eq!(send(&mut exposures, 0, Outcome::Delivered).unwrap(), ["u"]);
    record(&mut exposures, &ruleset(&json!({"a": 2})), "u", 0);
    assert!(exposures.begin(0, LIFETIME_MS).is_none());
    assert_eq!((exposures.unsent(), exposures.dropped()), (0, 0));
}

#[test]
fn memory_and_queue_are_limited() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for user in 0..100_000 {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
    }
    assert_eq!((exposures.queue.len(), exposures.dropped()), (QUEUE_SIZE, 90_000));
    while send(&mut exposures, 0, Outcome::Delivered).is_some() {}
    for user in 0..3 * REMEMBERED {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
        if exposures.is_full() {
            send(&mut exposures, 0, Outcome::Delivered).unwrap();
        }
    }
    assert!(exposures.memory.len() <= 2 * REMEMBERED);
}

#[test]
fn what_is_under_way_takes_room_so_that_it_can_return() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for user in 0..QUEUE_SIZE {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
    }
    let (turn, _, users) = begin(&mut exposures, 0).unwrap();
    record(&mut exposures, &ruleset, "late", 0);
    assert_eq!(exposures.dropped(), 1);
    exposures.finish(&turn, FAILED, 0, 1.0, Some("away".to_owned()));
    assert_eq!((exposures.unsent(), exposures.dropped()), (QUEUE_SIZE, 1));
    assert_eq!(exposures.problem(), Some("away"));
    assert_eq!(send(&mut exposures, 1_000, Outcome::Delivered).unwrap(), users);
    assert_eq!(exposures.problem(), None);
}

#[test]
fn what_had_no_room_is_sent_at_the_next_occasion() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for user in 0..=QUEUE_SIZE {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
    }
    let late = QUEUE_SIZE.to_string();
    assert_eq!((exposures.dropped(), exposures.warning(5), exposures.warning(6)), (1, Some(1), None));
    while send(&mut exposures, 0, Outcome::Delivered).is_some() {}
    record(&mut exposures, &ruleset, &late, 7);
    assert_eq!(send(&mut exposures, 7, Outcome::Delivered).unwrap(), [late]);
    assert_eq!((exposures.dropped(), exposures.warning(99_000)), (1, None));
}

#[test]
fn long_exposures_are_limited_by_bytes() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for user in 0..10_000 {
        record(&mut exposures, &ruleset, &format!("{user:01000}"), 0);
    }
    assert!(exposures.held.bytes <= QUEUE_BYTES && exposures.dropped() > 0 && exposures.is_full());
    let mut batches = 0;
    while !exposures.queue.is_empty() {
        let turn = exposures.begin(0, LIFETIME_MS).unwrap();
        assert!(exposures.take(&turn, 0).unwrap().len() <= BATCH_BYTES + BATCH_SIZE + 100);
        exposures.finish(&turn, Outcome::Delivered, 0, 1.0, None);
        batches += 1;
    }
    assert!(batches >= 8 && exposures.held == Size::default(), "{batches}");
}

#[test]
fn an_exposure_that_comes_while_a_batch_is_under_way_waits_for_nobody() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    let (first, due_ms, users) = begin(&mut exposures, 0).unwrap();
    assert_eq!((due_ms, users), (GATHER_MS, vec!["a".to_owned()]));
    // The first batch hangs, and then nobody asks for a decision.
    record(&mut exposures, &ruleset, "b", 1_500);
    let (second, due_ms, users) = begin(&mut exposures, 1_500).unwrap();
    assert_eq!((due_ms, users), (2_500, vec!["b".to_owned()]));
    exposures.finish(&second, Outcome::Delivered, 2_600, 1.0, None);
    exposures.finish(&first, Outcome::Delivered, 9_000, 1.0, None);
    assert_eq!(exposures.unsent(), 0);
}

#[test]
fn one_request_waits_at_a_time_and_a_full_batch_is_sent_at_once() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    let first = exposures.begin(0, LIFETIME_MS).unwrap();
    record(&mut exposures, &ruleset, "b", 10);
    assert!(exposures.begin(10, LIFETIME_MS).is_none());
    for user in 0..BATCH_SIZE {
        record(&mut exposures, &ruleset, &user.to_string(), 20);
    }
    let second = exposures.begin(20, LIFETIME_MS).unwrap();
    assert_eq!(second.wait_ms, 0);
    assert!(exposures.take(&first, 1_000).is_none());
    assert!(exposures.take(&second, 20).is_some());
}

#[test]
fn the_number_of_batches_under_way_is_limited() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    let mut turns = Vec::new();
    for user in 0..6 {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
        let turn = exposures.begin(0, LIFETIME_MS).unwrap();
        if exposures.take(&turn, GATHER_MS).is_some() {
            turns.push(turn);
        }
    }
    assert_eq!(turns.len(), BATCHES_UNDER_WAY);
    // The request whose batch has arrived sends what is left.
    exposures.finish(&turns[0], Outcome::Delivered, 1_000, 1.0, None);
    assert_eq!(send(&mut exposures, 1_000, Outcome::Delivered).unwrap().len(), 2);
}

#[test]
fn after_failures_one_batch_at_a_time_is_sent_after_growing_pauses() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    assert!(send(&mut exposures, 0, FAILED).is_some());
    record(&mut exposures, &ruleset, "b", 1_000);
    let (turn, due_ms, users) = begin(&mut exposures, 1_000).unwrap();
    assert_eq!((due_ms, users), (2_000, vec!["a".to_owned(), "b".to_owned()]));
    record(&mut exposures, &ruleset, "c", 2_000);
    // Until the batch under way has ended, at the latest.
    assert_eq!(
        exposures.begin(5_000, LIFETIME_MS).unwrap().wait_ms,
        2_000 + SEND_TIMEOUT_MS + GRACE_MS - 5_000
    );
    exposures.finish(&turn, Outcome::Failed { retry_after_ms: Some(60_000) }, 5_000, 1.0, None);
    // No request lives that long, so a later one sends.
    assert!(begin(&mut exposures, 6_000).is_none());
    assert_eq!(send(&mut exposures, 65_000, Outcome::Delivered).unwrap(), ["a", "b", "c"]);
    record(&mut exposures, &ruleset, "d", 65_000);
    assert_eq!(exposures.begin(65_000, LIFETIME_MS).unwrap().wait_ms, GATHER_MS);
}

#[test]
fn a_batch_that_is_too_large_is_halved() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for user in 0..8 {
        record(&mut exposures, &ruleset, &user.to_string(), 0);
    }
    let mut sizes = Vec::new();
    while let Some((turn, due_ms, users)) = begin(&mut exposures, 2_000) {
        sizes.push(users.len());
        let outcome = if users.len() > 2 { Outcome::TooLarge } else { Outcome::Delivered };
        exposures.finish(&turn, outcome, due_ms, 1.0, None);
    }
    // The sizes of exposures differ a little.
    let too_large = sizes.iter().filter(|size| **size > 2).count();
    assert!(sizes[0] == 8 && too_large <= 3 && sizes.iter().max() == Some(&8), "{sizes:?}");
    assert_eq!((exposures.unsent(), exposures.dropped()), (0, 0));
}

#[test]
fn what_the_receiver_refuses_is_counted_and_may_be_recorded_again() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    for (now_ms, outcome) in [(0, Outcome::Refused), (100_000, Outcome::TooLarge)] {
        record(&mut exposures, &ruleset, "a", now_ms);
        assert_eq!(send(&mut exposures, now_ms, outcome).unwrap(), ["a"]);
    }
    assert_eq!((exposures.unsent(), exposures.dropped()), (0, 2));
    record(&mut exposures, &ruleset, "a", 200_000);
    assert_eq!(send(&mut exposures, 200_000, Outcome::Delivered).unwrap(), ["a"]);
}

#[test]
fn the_part_of_a_request_that_ended_is_done_by_another() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    let waiting = exposures.begin(0, LIFETIME_MS).unwrap();
    assert!(exposures.begin(GATHER_MS + GRACE_MS, LIFETIME_MS - GATHER_MS - GRACE_MS).is_none());
    let later_ms = GATHER_MS + GRACE_MS + 1;
    let (lost, due_ms, _) = begin(&mut exposures, later_ms).unwrap();
    assert!(exposures.take(&waiting, later_ms).is_none());
    // The batch of a request that ended while it was sending is sent again.
    let (turn, _, users) = begin(&mut exposures, due_ms + SEND_TIMEOUT_MS + GRACE_MS).unwrap();
    assert_eq!(users, ["a"]);
    exposures.finish(&turn, Outcome::Delivered, 50_000, 1.0, None);
    exposures.finish(&lost, Outcome::Delivered, 50_000, 1.0, None);
    assert_eq!(exposures.unsent(), 0);
}

#[test]
fn a_request_that_comes_while_the_receiver_fails_sends_after_the_pause() {
    let ruleset = ruleset(&Value::Null);
    for first_ended in [false, true] {
        let mut exposures = Exposures::default();
        record(&mut exposures, &ruleset, "a", 0);
        send(&mut exposures, 0, FAILED).unwrap();
        let (first, sent_ms, _) = begin(&mut exposures, 1_000).unwrap();
        record(&mut exposures, &ruleset, "b", sent_ms + 1_000);
        // The second request waits until the first one has ended at the latest.
        let began_ms = sent_ms + 1_000;
        let second = exposures.begin(began_ms, LIFETIME_MS).unwrap();
        let mut due_ms = began_ms + second.wait_ms;
        assert_eq!(due_ms, sent_ms + SEND_TIMEOUT_MS + GRACE_MS);
        let mut turn = second;
        if !first_ended {
            // The second request lives longer than the first one, and waits for the end of the pause.
            let retry_after_ms = Some(6_000);
            let failed_ms = sent_ms + SEND_TIMEOUT_MS;
            exposures.finish(&first, Outcome::Failed { retry_after_ms }, failed_ms, 1.0, None);
            assert!(exposures.begin(failed_ms, LIFETIME_MS - failed_ms).is_none());
            assert!(exposures.take(&turn, due_ms).is_none());
            turn = exposures.begin(due_ms, began_ms + LIFETIME_MS - due_ms).unwrap();
            due_ms += turn.wait_ms;
            assert_eq!(due_ms, failed_ms + 6_000);
        }
        assert!(exposures.take(&turn, due_ms).is_some());
        exposures.finish(&turn, Outcome::Delivered, due_ms, 1.0, None);
        assert_eq!(exposures.unsent(), 0);
    }
}

#[test]
fn the_request_that_lives_longest_waits_for_the_end_of_a_pause() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    send(&mut exposures, 0, Outcome::Failed { retry_after_ms: Some(20_000) }).unwrap();
    let first = exposures.begin(1_000, LIFETIME_MS).unwrap();
    assert_eq!(first.wait_ms, 20_000);
    // Among requests that come at nearly the same time, one waits.
    assert!(exposures.begin(1_500, LIFETIME_MS).is_none());
    let second = exposures.begin(9_000, LIFETIME_MS).unwrap();
    assert_eq!(second.wait_ms, 12_000);
    assert!(exposures.take(&first, 21_000).is_none());
    assert!(exposures.begin(21_000, 1_000 + LIFETIME_MS - 21_000).is_none());
    assert!(exposures.take(&second, 21_000).is_some());
    exposures.finish(&second, FAILED, 21_000, 1.0, None);
    // The first request would end before the response.
    let again = exposures.begin(21_000, 9_000 + LIFETIME_MS - 21_000).unwrap();
    assert_eq!(again.wait_ms, 2_000);
}

#[test]
fn a_clock_that_is_set_back_delays_nothing() {
    const HOUR_MS: u64 = 3_600_000;
    let ruleset = ruleset(&Value::Null);
    // Queued, and then nobody sends.
    let mut exposures = Exposures::default();
    record(&mut exposures, &ruleset, "a", 2 * HOUR_MS);
    record(&mut exposures, &ruleset, "b", HOUR_MS);
    assert_eq!(exposures.begin(HOUR_MS, LIFETIME_MS).unwrap().wait_ms, GATHER_MS);
    // The pause after a failure.
    let mut exposures = Exposures::default();
    record(&mut exposures, &ruleset, "a", 2 * HOUR_MS);
    let failed = Outcome::Failed { retry_after_ms: Some(20_000) };
    send(&mut exposures, 2 * HOUR_MS, failed).unwrap();
    let waiting = exposures.begin(HOUR_MS, LIFETIME_MS).unwrap();
    assert_eq!(waiting.wait_ms, 20_000);
    // The request that waits ends without sending.
    assert!(exposures.begin(30_000, LIFETIME_MS).is_none());
    assert_eq!(begin(&mut exposures, 50_000 + GRACE_MS + 1).unwrap().2, ["a"]);
    // The request that sends has ended.
    let sent_ms = 10 * HOUR_MS;
    let mut exposures = Exposures::default();
    record(&mut exposures, &ruleset, "a", sent_ms);
    begin(&mut exposures, sent_ms).unwrap();
    assert!(exposures.begin(HOUR_MS, LIFETIME_MS).is_none());
    let (.., users) = begin(&mut exposures, HOUR_MS + SEND_TIMEOUT_MS + GRACE_MS).unwrap();
    assert_eq!(users, ["a"]);
}

#[test]
fn clocks_of_requests_that_vary_shorten_no_pause() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 10_000);
    send(&mut exposures, 10_000, Outcome::Failed { retry_after_ms: Some(60_000) }).unwrap();
    for now_ms in 11_000..21_000 {
        record(&mut exposures, &ruleset, "b", now_ms);
        record(&mut exposures, &ruleset, "b", now_ms - 5);
    }
    assert_eq!(exposures.pace.not_before_ms(), 71_000);
}

#[test]
fn batches_grow_again_when_batches_have_arrived() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    let mut sizes = Vec::new();
    let mut user = 0;
    for round in 0..60 {
        for _ in 0..BATCH_SIZE {
            user += 1;
            record(&mut exposures, &ruleset, &user.to_string(), 0);
        }
        let outcome = if round == 0 { Outcome::TooLarge } else { Outcome::Delivered };
        while let Some(users) = send(&mut exposures, 0, outcome) {
            sizes.push(users.len());
            if users.len() == 1 && outcome == Outcome::TooLarge {
                break;
            }
        }
    }
    assert!(sizes.contains(&1) && sizes.last() == Some(&BATCH_SIZE), "{sizes:?}");
    assert_eq!(exposures.batch_bytes, BATCH_BYTES);
}

#[test]
fn a_request_that_is_about_to_end_takes_no_turn() {
    let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
    record(&mut exposures, &ruleset, "a", 0);
    assert!(exposures.begin(0, SEND_TIMEOUT_MS + GATHER_MS - 1).is_none());
    assert!(exposures.begin(0, SEND_TIMEOUT_MS + GATHER_MS).is_some());
}
