//! Exposures of users to variants, queued in the isolate and sent in batches after responses.

use std::{collections::HashSet, mem};

use edgewise_engine::{Assignment, Ruleset, json::push_string, ruleset::snapshot_hash};

/// The largest number of exposures of a batch. A full batch is sent without delay.
const BATCH_SIZE: usize = 500;
/// The delay before a batch is sent, in which further exposures join the batch.
pub const BATCH_DELAY_MS: u64 = 1_000;
/// The timeout of sending a batch.
pub const SEND_TIMEOUT_MS: u64 = 10_000;
/// The largest number of queued exposures. Further exposures are dropped and counted.
const QUEUE_SIZE: usize = 10_000;
/// The largest size of the queue, in bytes.
const QUEUE_BYTES: usize = 8 << 20;
/// The largest size of a batch, in bytes, unless a single exposure is larger.
const BATCH_BYTES: usize = 1 << 20;
/// The number of exposures that are remembered, to avoid sending duplicates: at least this many, at most twice as many.
const REMEMBERED: usize = 32_768;

/// The queue of exposures to send.
#[derive(Debug, Default)]
pub struct Exposures {
    recent: HashSet<u64>,
    earlier: HashSet<u64>,
    queue: Vec<Vec<u8>>,
    /// The size of the queue, in bytes.
    queue_bytes: usize,
    /// The start of the current sending, including the delay.
    sending_since_ms: Option<u64>,
    dropped: u64,
}

impl Exposures {
    /// Queues a user's exposures, except for exposures that this isolate has queued before.
    pub fn record(&mut self, ruleset: &Ruleset, user_key: &str, assignments: &[Assignment], now_ms: u64) {
        let fragments = ruleset.fragments();
        let mut exposure = Vec::new();
        for &Assignment { entity, variant } in assignments {
            let variant = fragments.tail_without_payload(entity, variant);
            let head = fragments.head(entity);
            if !self.is_new(&[ruleset.environment().as_bytes(), user_key.as_bytes(), head, variant]) {
                continue;
            }
            if exposure.is_empty() {
                exposure.extend_from_slice(b"{\"user_key\":");
                push_string(&mut exposure, user_key);
                exposure.extend_from_slice(b",\"environment\":");
                push_string(&mut exposure, ruleset.environment());
                let rest =
                    format!(",\"config_version\":{},\"at_ms\":{now_ms},\"assignments\":[", ruleset.version());
                exposure.extend_from_slice(rest.as_bytes());
            } else {
                exposure.push(b',');
            }
            exposure.extend_from_slice(head);
            exposure.extend_from_slice(variant);
            exposure.push(b'}');
        }
        if exposure.is_empty() {
            return;
        }
        exposure.extend_from_slice(b"]}");
        self.enqueue(exposure);
    }

    fn enqueue(&mut self, exposure: Vec<u8>) {
        let bytes = self.queue_bytes + exposure.len();
        if self.queue.len() < QUEUE_SIZE && bytes <= QUEUE_BYTES {
            self.queue_bytes = bytes;
            self.queue.push(exposure);
        } else {
            self.dropped += 1;
        }
    }

    fn is_new(&mut self, parts: &[&[u8]]) -> bool {
        // A separator that cannot occur in UTF-8.
        let hash = snapshot_hash(&parts.join(&0xff));
        if self.earlier.contains(&hash) || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() >= REMEMBERED {
            self.earlier = mem::take(&mut self.recent);
        }
        true
    }

    /// Begins sending if exposures are queued and no other request is sending. If the result is `true`, the caller must
    /// wait for [`BATCH_DELAY_MS`] unless the batch is full, then [`take_batch`](Self::take_batch), send the batch, and call
    /// [`finish_sending`](Self::finish_sending).
    pub fn begin_sending(&mut self, now_ms: u64) -> bool {
        let is_sending = self.sending_since_ms.is_some_and(|began| {
            now_ms.saturating_sub(began) <= BATCH_DELAY_MS + SEND_TIMEOUT_MS + BATCH_DELAY_MS
        });
        if is_sending || self.queue.is_empty() {
            return false;
        }
        self.sending_since_ms = Some(now_ms);
        true
    }

    /// Returns whether a full batch is queued.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.queue.len() >= BATCH_SIZE || self.queue_bytes >= BATCH_BYTES
    }

    /// Removes a batch from the queue.
    pub fn take_batch(&mut self) -> Vec<Vec<u8>> {
        let mut bytes = 0;
        let fits = |exposure: &&Vec<u8>| {
            bytes += exposure.len();
            bytes <= BATCH_BYTES
        };
        let count = self.queue.iter().take(BATCH_SIZE).take_while(fits).count().max(1).min(self.queue.len());
        let batch: Vec<_> = self.queue.drain(..count).collect();
        self.queue_bytes -= batch.iter().map(Vec::len).sum::<usize>();
        batch
    }

    /// Ends sending. A batch that was not delivered returns to the queue, as far as the queue has space.
    pub fn finish_sending(&mut self, batch: Vec<Vec<u8>>, delivered: bool) {
        self.sending_since_ms = None;
        if delivered {
            return;
        }
        batch.into_iter().for_each(|exposure| self.enqueue(exposure));
    }

    /// Returns the number of exposures that were dropped because the queue was full.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Returns the request body for a batch.
#[must_use]
pub fn body(batch: &[Vec<u8>]) -> Vec<u8> {
    [b"{\"exposures\":[".as_slice(), &batch.join(&b','), b"]}"].concat()
}

#[cfg(test)]
mod tests {
    use edgewise_engine::{Buffer, Context, Request, UserKey};
    use serde_json::{Value, json};

    use super::*;

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

    fn record(exposures: &mut Exposures, ruleset: &Ruleset, user: &str) {
        let mut buffer = Buffer::new();
        let assignments =
            ruleset.decide(&Request::new(UserKey::new(user).unwrap(), &Context::default(), 0), &mut buffer);
        exposures.record(ruleset, user, assignments, 42);
    }

    fn taken(exposures: &mut Exposures) -> Value {
        serde_json::from_slice(&body(&exposures.take_batch())).unwrap()
    }

    #[test]
    fn an_exposure_names_user_assignments_and_version() {
        let mut exposures = Exposures::default();
        for user in 0..20 {
            record(&mut exposures, &ruleset(&json!({"big": [1, 2]})), &format!("user \"{user}\""));
        }
        let batch = taken(&mut exposures);
        let exposures = batch["exposures"].as_array().unwrap();
        assert_eq!(exposures.len(), 20);
        let mut variants = HashSet::new();
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
        record(&mut exposures, &ruleset(&json!({"a": 1})), "u");
        record(&mut exposures, &ruleset(&json!({"a": 1})), "u");
        // A changed payload does not make a new exposure.
        record(&mut exposures, &ruleset(&json!({"a": 2})), "u");
        assert_eq!(exposures.take_batch().len(), 1);
        record(&mut exposures, &ruleset(&json!({"a": 2})), "u");
        assert!(!exposures.begin_sending(0));
    }

    #[test]
    fn memory_and_queue_are_limited() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        for user in 0..100_000 {
            record(&mut exposures, &ruleset, &user.to_string());
        }
        assert!(exposures.recent.len() + exposures.earlier.len() <= 2 * REMEMBERED);
        assert_eq!(exposures.queue.len(), QUEUE_SIZE);
        assert_eq!(exposures.dropped(), 90_000);
    }

    #[test]
    fn long_exposures_are_limited_by_bytes() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        for user in 0..10_000 {
            record(&mut exposures, &ruleset, &format!("{user:02000}"));
        }
        assert!(exposures.queue_bytes <= QUEUE_BYTES && exposures.dropped() > 0 && exposures.is_full());
        let mut batches = 0;
        while !exposures.queue.is_empty() {
            let batch = exposures.take_batch();
            assert!((1..=BATCH_SIZE).contains(&batch.len()));
            assert!(batch.iter().map(Vec::len).sum::<usize>() <= BATCH_BYTES);
            batches += 1;
        }
        assert!(batches >= 8 && exposures.queue_bytes == 0, "{batches}");
    }

    #[test]
    fn one_request_sends_at_a_time_and_undelivered_batches_are_sent_again() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        record(&mut exposures, &ruleset, "a");
        assert!(exposures.begin_sending(0) && !exposures.begin_sending(1));
        let batch = exposures.take_batch();
        record(&mut exposures, &ruleset, "b");
        exposures.finish_sending(batch, false);
        assert!(exposures.begin_sending(2));
        let batch = exposures.take_batch();
        assert_eq!(batch.len(), 2);
        exposures.finish_sending(batch, true);
        assert!(!exposures.begin_sending(3));
    }

    #[test]
    fn sending_that_ended_with_its_request_is_restarted() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        record(&mut exposures, &ruleset, "a");
        assert!(exposures.begin_sending(0));
        assert!(exposures.begin_sending(2 * BATCH_DELAY_MS + SEND_TIMEOUT_MS + 1));
    }
}
