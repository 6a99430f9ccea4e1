//! The queue of exposures, and which request sends the next batch.
//!
//! In the runtime, timers and requests to others belong to the request that began them, and end with that request. So a
//! request takes a turn: it waits until a batch is due, sends the batch, and takes another turn while exposures are queued
//! and it has time left. While a batch is under way, the next request may take a turn, so that its exposures wait for nobody.
//! Batches stay here until the receiver has them: the batch of a request that ended early is sent again.

use std::{collections::VecDeque, mem};

use edgewise_engine::{Assignment, Ruleset, json::push_string, ruleset::snapshot_hash};

use super::{
    memory::Memory,
    pace::{Outcome, Pace},
};

/// The largest number of exposures of a batch. A full batch is sent without delay.
const BATCH_SIZE: usize = 500;
/// The largest size of a batch, in bytes, unless a single exposure is larger.
const BATCH_BYTES: usize = 1 << 20;
/// The longest time that an exposure waits for others to join its batch.
const GATHER_MS: u64 = 1_000;
/// The timeout of sending a batch.
pub const SEND_TIMEOUT_MS: u64 = 10_000;
/// How long a request can send: the runtime ends it 30 s after its response.
pub const LIFETIME_MS: u64 = 28_000;
/// The delay after which a request that does not do its part counts as ended.
const GRACE_MS: u64 = 2_000;
/// The largest number of batches under way. After a failure, one batch at a time is sent.
const BATCHES_UNDER_WAY: usize = 4;
/// The largest number of exposures that wait or are under way. Further exposures are dropped and counted.
const QUEUE_SIZE: usize = 10_000;
/// The largest size of these exposures, in bytes.
const QUEUE_BYTES: usize = 8 << 20;
/// The time between warnings about dropped exposures.
const WARNING_INTERVAL_MS: u64 = 60_000;

/// The exposures of an isolate that the receiver does not have yet.
#[derive(Debug)]
pub struct Exposures {
    memory: Memory,
    queue: VecDeque<Exposure>,
    under_way: Vec<UnderWay>,
    /// The number and the size of all exposures, queued and under way.
    held: Size,
    /// The size of the queued exposures.
    queued: Size,
    /// The turn that waits for its time, with that time.
    waiting: Option<(u64, u64)>,
    last_turn: u64,
    pace: Pace,
    /// The largest size of a batch: smaller after the receiver found a batch too large.
    batch_bytes: usize,
    dropped: u64,
    /// The number of dropped exposures at the last warning, and the time of the warning.
    warned: (u64, Option<u64>),
    problem: Option<String>,
}

#[derive(Debug)]
struct Exposure {
    json: Vec<u8>,
    /// By these hashes, the memory knows the exposure.
    hashes: Vec<u64>,
    queued_ms: u64,
}

#[derive(Debug)]
struct UnderWay {
    turn: u64,
    since_ms: u64,
    batch: Vec<Exposure>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    count: usize,
    bytes: usize,
}

/// The right and the duty of a request to send the next batch.
#[derive(Debug)]
pub struct Turn {
    id: u64,
    /// The time until the batch is due, in milliseconds.
    pub wait_ms: u64,
}

impl Default for Exposures {
    fn default() -> Self {
        Self {
            memory: Memory::default(),
            queue: VecDeque::new(),
            under_way: Vec::new(),
            held: Size::default(),
            queued: Size::default(),
            waiting: None,
            last_turn: 0,
            pace: Pace::default(),
            batch_bytes: BATCH_BYTES,
            dropped: 0,
            warned: (0, None),
            problem: None,
        }
    }
}

impl Exposures {
    /// Queues a user's exposures, except for exposures that this isolate has queued before. Exposures without room are
    /// dropped and counted, and queued at the next decision of the same user, if there is room then.
    pub fn record(&mut self, ruleset: &Ruleset, user_key: &str, assignments: &[Assignment], now_ms: u64) {
        let fragments = ruleset.fragments();
        let (mut json, mut hashes) = (Vec::new(), Vec::new());
        for &Assignment { entity, variant } in assignments {
            let variant = fragments.tail_without_payload(entity, variant);
            let head = fragments.head(entity);
            // A separator that cannot occur in UTF-8.
            let parts = [ruleset.environment().as_bytes(), user_key.as_bytes(), head, variant];
            let hash = snapshot_hash(&parts.join(&0xff));
            if self.memory.contains(hash) {
                continue;
            }
            if hashes.is_empty() {
                json.extend_from_slice(b"{\"user_key\":");
                push_string(&mut json, user_key);
                json.extend_from_slice(b",\"environment\":");
                push_string(&mut json, ruleset.environment());
                let rest =
                    format!(",\"config_version\":{},\"at_ms\":{now_ms},\"assignments\":[", ruleset.version());
                json.extend_from_slice(rest.as_bytes());
            } else {
                json.push(b',');
            }
            hashes.push(hash);
            json.extend_from_slice(head);
            json.extend_from_slice(variant);
            json.push(b'}');
        }
        if hashes.is_empty() {
            return;
        }
        json.extend_from_slice(b"]}");
        self.enqueue(Exposure { json, hashes, queued_ms: now_ms });
    }

    fn enqueue(&mut self, exposure: Exposure) {
        let held = self.held.plus(exposure.size());
        if held.count > QUEUE_SIZE || held.bytes > QUEUE_BYTES {
            self.dropped += 1;
            return;
        }
        self.memory.add(&exposure.hashes);
        self.held = held;
        self.queued = self.queued.plus(exposure.size());
        self.queue.push_back(exposure);
    }

    /// Returns a turn if exposures are queued that no other request will send, and a request that lives for `remaining_ms`
    /// can send them. The caller must wait as the turn says, then call [`take`](Self::take), send the batch, and call
    /// [`finish`](Self::finish).
    pub fn begin(&mut self, now_ms: u64, remaining_ms: u64) -> Option<Turn> {
        self.recover(now_ms);
        let oldest = self.queue.front()?;
        let gathered_ms = if self.is_full() { now_ms } else { oldest.queued_ms + GATHER_MS };
        let due_ms = gathered_ms.max(self.pace.not_before_ms()).max(now_ms);
        // A batch that has become full in the meantime is sent by this request.
        let is_waiting = self.waiting.is_some_and(|(_, other_ms)| other_ms <= due_ms);
        let limit = if self.pace.is_failing() { 1 } else { BATCHES_UNDER_WAY };
        let wait_ms = due_ms - now_ms;
        if is_waiting || self.under_way.len() >= limit || wait_ms + SEND_TIMEOUT_MS > remaining_ms {
            return None;
        }
        self.last_turn += 1;
        self.waiting = Some((self.last_turn, due_ms));
        Some(Turn { id: self.last_turn, wait_ms })
    }

    /// Takes over from requests that have ended before their part was done.
    fn recover(&mut self, now_ms: u64) {
        self.waiting = self.waiting.filter(|(_, due_ms)| now_ms <= due_ms + GRACE_MS);
        let is_lost = |sending: &UnderWay| now_ms > sending.since_ms + SEND_TIMEOUT_MS + GRACE_MS;
        let (lost, under_way) = mem::take(&mut self.under_way).into_iter().partition(is_lost);
        self.under_way = under_way;
        let lost: Vec<UnderWay> = lost;
        lost.into_iter().for_each(|sending| self.put_back(sending.batch));
    }

    /// Removes a batch from the queue, and returns the body of the request that sends the batch. Returns `None` if another
    /// request has taken the turn over.
    pub fn take(&mut self, turn: &Turn, now_ms: u64) -> Option<Vec<u8>> {
        self.waiting.take_if(|(id, _)| *id == turn.id)?;
        let mut bytes = 0;
        let fits = |exposure: &&Exposure| {
            bytes += exposure.size().bytes;
            bytes <= self.batch_bytes
        };
        let count = self.queue.iter().take(BATCH_SIZE).take_while(fits).count().max(1).min(self.queue.len());
        let batch: Vec<_> = self.queue.drain(..count).collect();
        if batch.is_empty() {
            return None;
        }
        let body = body(&batch);
        self.queued = self.queued.minus(size(&batch));
        self.under_way.push(UnderWay { turn: turn.id, since_ms: now_ms, batch });
        Some(body)
    }

    /// Ends a turn. A batch that may be taken later returns to the queue. `random` is from 0 to 1, and `problem` says why
    /// the batch did not arrive.
    pub fn finish(
        &mut self,
        turn: &Turn,
        outcome: Outcome,
        now_ms: u64,
        random: f64,
        problem: Option<String>,
    ) {
        self.problem = problem;
        let Some(index) = self.under_way.iter().position(|sending| sending.turn == turn.id) else { return };
        let batch = self.under_way.swap_remove(index).batch;
        match outcome {
            Outcome::Delivered => {
                self.pace.succeeded();
                self.held = self.held.minus(size(&batch));
            }
            // At once, in smaller batches: halving ends soon.
            Outcome::TooLarge if batch.len() > 1 => {
                self.batch_bytes = self.batch_bytes.min(size(&batch).bytes / 2).max(1);
                self.put_back(batch);
            }
            Outcome::TooLarge | Outcome::Refused => {
                self.pace.failed(now_ms, random, None);
                self.drop_batch(&batch);
            }
            Outcome::Failed { retry_after_ms } => {
                self.pace.failed(now_ms, random, retry_after_ms);
                self.put_back(batch);
            }
        }
    }

    fn put_back(&mut self, batch: Vec<Exposure>) {
        self.queued = self.queued.plus(size(&batch));
        batch.into_iter().rev().for_each(|exposure| self.queue.push_front(exposure));
    }

    fn drop_batch(&mut self, batch: &[Exposure]) {
        self.held = self.held.minus(size(batch));
        for exposure in batch {
            self.memory.forget(&exposure.hashes);
            self.dropped += 1;
        }
    }

    fn is_full(&self) -> bool {
        self.queued.count >= BATCH_SIZE || self.queued.bytes >= self.batch_bytes
    }

    /// Returns how often exposures were dropped: because there was no room, or because the receiver refused them.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns how many exposures were dropped since the last warning, if a warning is due.
    pub fn warning(&mut self, now_ms: u64) -> Option<u64> {
        let (reported, at_ms) = self.warned;
        let is_due = at_ms.is_none_or(|at_ms| now_ms.saturating_sub(at_ms) >= WARNING_INTERVAL_MS);
        if self.dropped == reported || !is_due {
            return None;
        }
        self.warned = (self.dropped, Some(now_ms));
        Some(self.dropped - reported)
    }

    /// Returns the number of exposures that the receiver does not have yet.
    #[must_use]
    pub const fn unsent(&self) -> usize {
        self.held.count
    }

    /// Returns why the last batch did not arrive.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

impl Exposure {
    fn size(&self) -> Size {
        Size { count: 1, bytes: self.json.len() + size_of_val(self.hashes.as_slice()) }
    }
}

impl Size {
    const fn plus(self, other: Self) -> Self {
        Self { count: self.count + other.count, bytes: self.bytes + other.bytes }
    }

    const fn minus(self, other: Self) -> Self {
        Self { count: self.count.saturating_sub(other.count), bytes: self.bytes.saturating_sub(other.bytes) }
    }
}

fn size(batch: &[Exposure]) -> Size {
    batch.iter().map(Exposure::size).fold(Size::default(), Size::plus)
}

/// Returns the request body for a batch.
fn body(batch: &[Exposure]) -> Vec<u8> {
    let exposures: Vec<&[u8]> = batch.iter().map(|exposure| exposure.json.as_slice()).collect();
    [b"{\"exposures\":[".as_slice(), &exposures.join(&b','), b"]}"].concat()
}

#[cfg(test)]
mod tests {
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
            turns.extend(begin(&mut exposures, 0).map(|(turn, ..)| turn));
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
        assert!(begin(&mut exposures, 5_000).is_none());
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
        assert!(exposures.begin(GATHER_MS + GRACE_MS, LIFETIME_MS).is_none());
        let later_ms = GATHER_MS + GRACE_MS + 1;
        let (lost, due_ms, _) = begin(&mut exposures, later_ms).unwrap();
        assert!(exposures.take(&waiting, later_ms).is_none());
        // The batch of a request that ended while it was sending is sent again.
        let (turn, _, users) = begin(&mut exposures, due_ms + SEND_TIMEOUT_MS + GRACE_MS + 1).unwrap();
        assert_eq!(users, ["a"]);
        exposures.finish(&turn, Outcome::Delivered, 50_000, 1.0, None);
        exposures.finish(&lost, Outcome::Delivered, 50_000, 1.0, None);
        assert_eq!(exposures.unsent(), 0);
    }

    #[test]
    fn a_request_that_is_about_to_end_takes_no_turn() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        record(&mut exposures, &ruleset, "a", 0);
        assert!(exposures.begin(0, SEND_TIMEOUT_MS + GATHER_MS - 1).is_none());
        assert!(exposures.begin(0, SEND_TIMEOUT_MS + GATHER_MS).is_some());
    }
}
