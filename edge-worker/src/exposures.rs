//! Exposures: who was given which variant. Gathered in the isolate, and sent in batches after answers.

use std::{collections::HashSet, mem};

use edgewise_engine::{Assignment, Ruleset, json::push_string, ruleset::snapshot_hash};

/// A batch that is so long is sent at once.
const BATCH: usize = 500;
/// How long others are waited for.
pub const GATHERING_MS: u64 = 1_000;
/// How long sending a batch may take.
pub const SENDING_MS: u64 = 10_000;
/// What can wait to be sent. Beyond it, exposures are dropped, and counted.
const WAITING: usize = 10_000;
/// The bytes of it.
const WAITING_BYTES: usize = 8 << 20;
/// A batch holds no more bytes, unless a single exposure does.
const BATCH_BYTES: usize = 1 << 20;
/// How many exposures are remembered at least, so as not to be sent again; twice as many at most.
const REMEMBERED: usize = 32_768;

/// Exposures that wait to be sent.
#[derive(Debug, Default)]
pub struct Exposures {
    recent: HashSet<u64>,
    earlier: HashSet<u64>,
    waiting: Vec<Vec<u8>>,
    /// The bytes of what waits.
    waiting_bytes: usize,
    /// When the sending began that is under way, gathering included.
    sending_ms: Option<u64>,
    dropped: u64,
}

impl Exposures {
    /// Notes what a user was given, except for what this isolate has noted before.
    pub fn note(&mut self, ruleset: &Ruleset, user_key: &str, assignments: &[Assignment], now_ms: u64) {
        let fragments = ruleset.fragments();
        let mut exposure = Vec::new();
        for &Assignment { experiment, variant } in assignments {
            let variant = without_payload(fragments.tail(experiment, variant));
            let head = fragments.head(experiment);
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
        self.wait(exposure);
    }

    fn wait(&mut self, exposure: Vec<u8>) {
        let bytes = self.waiting_bytes + exposure.len();
        if self.waiting.len() < WAITING && bytes <= WAITING_BYTES {
            self.waiting_bytes = bytes;
            self.waiting.push(exposure);
        } else {
            self.dropped += 1;
        }
    }

    fn is_new(&mut self, parts: &[&[u8]]) -> bool {
        // Parts hold no such byte: they are UTF-8.
        let hash = snapshot_hash(&parts.join(&0xff));
        if self.earlier.contains(&hash) || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() >= REMEMBERED {
            self.earlier = mem::take(&mut self.recent);
        }
        true
    }

    /// Whether there is something to send and nobody is at it. If so, the caller must gather for [`GATHERING_MS`] unless
    /// the batch is full, then [`take`](Self::take) and send it, and say so by [`sent`](Self::sent).
    pub fn begin_sending(&mut self, now_ms: u64) -> bool {
        let under_way = self
            .sending_ms
            .is_some_and(|began| now_ms.saturating_sub(began) <= GATHERING_MS + SENDING_MS + GATHERING_MS);
        if under_way || self.waiting.is_empty() {
            return false;
        }
        self.sending_ms = Some(now_ms);
        true
    }

    /// Whether a whole batch waits.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= BATCH || self.waiting_bytes >= BATCH_BYTES
    }

    /// Takes a batch out.
    pub fn take(&mut self) -> Vec<Vec<u8>> {
        let mut bytes = 0;
        let fits = |exposure: &&Vec<u8>| {
            bytes += exposure.len();
            bytes <= BATCH_BYTES
        };
        let count = self.waiting.iter().take(BATCH).take_while(fits).count().max(1).min(self.waiting.len());
        let batch: Vec<_> = self.waiting.drain(..count).collect();
        self.waiting_bytes -= batch.iter().map(Vec::len).sum::<usize>();
        batch
    }

    /// Ends sending. A batch that did not arrive is kept for the next time, as far as there is room.
    pub fn sent(&mut self, batch: Vec<Vec<u8>>, arrived: bool) {
        self.sending_ms = None;
        if arrived {
            return;
        }
        batch.into_iter().for_each(|exposure| self.wait(exposure));
    }

    /// How many exposures had to be dropped because they could not be sent.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The body of a batch.
#[must_use]
pub fn body(batch: &[Vec<u8>]) -> Vec<u8> {
    [b"{\"exposures\":[".as_slice(), &batch.join(&b','), b"]}"].concat()
}

/// A variant's part of an answer without the payload and the brace at its end. Within a JSON string, a quote is escaped,
/// so this finds the member.
fn without_payload(tail: &[u8]) -> &[u8] {
    const PAYLOAD: &[u8] = b",\"payload\":";
    let end = tail.windows(PAYLOAD.len()).position(|window| window == PAYLOAD);
    tail.get(..end.unwrap_or(tail.len().saturating_sub(1))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use edgewise_engine::{Buffer, Context, UserKey};
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

    fn note(exposures: &mut Exposures, ruleset: &Ruleset, user: &str) {
        let mut buffer = Buffer::new();
        let assignments = ruleset.decide(UserKey::new(user).unwrap(), &Context::default(), &mut buffer);
        exposures.note(ruleset, user, assignments, 42);
    }

    fn taken(exposures: &mut Exposures) -> Value {
        serde_json::from_slice(&body(&exposures.take())).unwrap()
    }

    #[test]
    fn an_exposure_says_who_saw_what_of_which_version() {
        let mut exposures = Exposures::default();
        for user in 0..20 {
            note(&mut exposures, &ruleset(&json!({"big": [1, 2]})), &format!("user \"{user}\""));
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
    fn nobody_is_sent_twice() {
        let mut exposures = Exposures::default();
        note(&mut exposures, &ruleset(&json!({"a": 1})), "u");
        note(&mut exposures, &ruleset(&json!({"a": 1})), "u");
        // What a variant carries does not make it another.
        note(&mut exposures, &ruleset(&json!({"a": 2})), "u");
        assert_eq!(exposures.take().len(), 1);
        note(&mut exposures, &ruleset(&json!({"a": 2})), "u");
        assert!(!exposures.begin_sending(0));
    }

    #[test]
    fn what_is_remembered_and_what_waits_is_bounded() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        for user in 0..100_000 {
            note(&mut exposures, &ruleset, &user.to_string());
        }
        assert!(exposures.recent.len() + exposures.earlier.len() <= 2 * REMEMBERED);
        assert_eq!(exposures.waiting.len(), WAITING);
        assert_eq!(exposures.dropped(), 90_000);
    }

    #[test]
    fn long_exposures_are_bounded_by_their_bytes() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        for user in 0..10_000 {
            note(&mut exposures, &ruleset, &format!("{user:02000}"));
        }
        assert!(exposures.waiting_bytes <= WAITING_BYTES && exposures.dropped() > 0 && exposures.is_full());
        let mut batches = 0;
        while !exposures.waiting.is_empty() {
            let batch = exposures.take();
            assert!((1..=BATCH).contains(&batch.len()));
            assert!(batch.iter().map(Vec::len).sum::<usize>() <= BATCH_BYTES);
            batches += 1;
        }
        assert!(batches >= 8 && exposures.waiting_bytes == 0, "{batches}");
    }

    #[test]
    fn one_sends_at_a_time_and_what_did_not_arrive_is_sent_again() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        note(&mut exposures, &ruleset, "a");
        assert!(exposures.begin_sending(0) && !exposures.begin_sending(1));
        let batch = exposures.take();
        note(&mut exposures, &ruleset, "b");
        exposures.sent(batch, false);
        assert!(exposures.begin_sending(2));
        let batch = exposures.take();
        assert_eq!(batch.len(), 2);
        exposures.sent(batch, true);
        assert!(!exposures.begin_sending(3));
    }

    #[test]
    fn a_sending_that_died_with_its_request_is_begun_anew() {
        let (mut exposures, ruleset) = (Exposures::default(), ruleset(&Value::Null));
        note(&mut exposures, &ruleset, "a");
        assert!(exposures.begin_sending(0));
        assert!(exposures.begin_sending(2 * GATHERING_MS + SENDING_MS + 1));
    }
}
