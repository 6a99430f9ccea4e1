//! The queue of exposures, and which request sends the next batch.
//!
//! In the runtime, timers and requests to others belong to the request that began them, and end with that request. So a
//! request takes a turn: it waits until a batch is due, sends the batch, and takes another turn while exposures are queued
//! and it has time left. While a batch is under way, the next request may take a turn, so that its exposures wait for nobody.
//! A younger request takes the turn of an older one over, because the younger request can wait longer.
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
pub const SEND_TIMEOUT_MS: u64 = 5_000;
/// How long a request can send: the runtime ends it 30 s after its response.
pub const LIFETIME_MS: u64 = 28_000;
/// The delay after which a request that does not do its part counts as ended.
const GRACE_MS: u64 = 2_000;
/// By how much longer a request must live to take the turn of another request over.
const OUTLIVES_MS: u64 = 1_000;
/// The difference by which the clocks of requests vary. A clock that goes back further has been set back.
const CLOCK_VARIES_MS: u64 = 2_000;
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
    waiting: Option<Waiting>,
    last_turn: u64,
    pace: Pace,
    /// The latest time of the clock.
    last_ms: u64,
    /// The largest size of a batch: smaller after the receiver found a batch too large, until batches have arrived.
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

/// A turn that waits for its time.
#[derive(Debug)]
struct Waiting {
    turn: u64,
    due_ms: u64,
    /// The time when the request of the turn ends.
    end_ms: u64,
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
            last_ms: 0,
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
        self.follow_clock(now_ms);
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
    /// can send them. The caller must wait as the turn says, then call [`take`](Self::take), send the batch, call
    /// [`finish`](Self::finish), and begin another turn, also if there was no batch to send.
    pub fn begin(&mut self, now_ms: u64, remaining_ms: u64) -> Option<Turn> {
        self.follow_clock(now_ms);
        self.recover(now_ms);
        let oldest = self.queue.front()?;
        let gathered_ms = if self.is_full() { now_ms } else { oldest.queued_ms + GATHER_MS };
        let due_ms = gathered_ms.max(self.pace.not_before_ms()).max(self.free_ms()).max(now_ms);
        let (wait_ms, end_ms) = (due_ms - now_ms, now_ms.saturating_add(remaining_ms));
        // A batch that is due sooner is sent by this request: it has become full, or another batch has ended.
        let is_waiting = self
            .waiting
            .as_ref()
            .is_some_and(|other| other.due_ms <= due_ms && end_ms <= other.end_ms + OUTLIVES_MS);
        if is_waiting || wait_ms + SEND_TIMEOUT_MS > remaining_ms {
            return None;
        }
        self.last_turn += 1;
        self.waiting = Some(Waiting { turn: self.last_turn, due_ms, end_ms });
        Some(Turn { id: self.last_turn, wait_ms })
    }

    /// Returns the time from which a further batch may be under way, at the latest: when each of the others has ended.
    fn free_ms(&self) -> u64 {
        let limit = if self.pace.is_failing() { 1 } else { BATCHES_UNDER_WAY };
        if self.under_way.len() < limit {
            return 0;
        }
        self.under_way.iter().map(UnderWay::lost_ms).max().unwrap_or_default()
    }

    /// Takes over from requests that have ended before their part was done.
    fn recover(&mut self, now_ms: u64) {
        self.waiting.take_if(|waiting| now_ms > waiting.due_ms + GRACE_MS);
        let is_lost = |sending: &UnderWay| now_ms >= sending.lost_ms();
        let (lost, under_way) = mem::take(&mut self.under_way).into_iter().partition(is_lost);
        self.under_way = under_way;
        let lost: Vec<UnderWay> = lost;
        lost.into_iter().for_each(|sending| self.put_back(sending.batch));
    }

    /// Moves all times back together with a clock that was set back. Otherwise nothing would be due until the clock has
    /// caught up.
    fn follow_clock(&mut self, now_ms: u64) {
        let back_ms = self.last_ms.saturating_sub(now_ms);
        if back_ms <= CLOCK_VARIES_MS {
            self.last_ms = self.last_ms.max(now_ms);
            return;
        }
        self.last_ms = now_ms;
        let move_back = |time_ms: &mut u64| *time_ms = time_ms.saturating_sub(back_ms);
        self.queue.iter_mut().for_each(|exposure| move_back(&mut exposure.queued_ms));
        for sending in &mut self.under_way {
            move_back(&mut sending.since_ms);
            sending.batch.iter_mut().for_each(|exposure| move_back(&mut exposure.queued_ms));
        }
        if let Some(waiting) = &mut self.waiting {
            move_back(&mut waiting.due_ms);
            move_back(&mut waiting.end_ms);
        }
        if let Some(warned_ms) = &mut self.warned.1 {
            move_back(warned_ms);
        }
        self.pace.move_back(back_ms);
    }

    /// Removes a batch from the queue, and returns the body of the request that sends the batch. Returns `None` if another
    /// request has taken the turn over, or if the receiver has failed in the meantime, so that the batch is due later.
    pub fn take(&mut self, turn: &Turn, now_ms: u64) -> Option<Vec<u8>> {
        self.follow_clock(now_ms);
        self.recover(now_ms);
        self.waiting.take_if(|waiting| waiting.turn == turn.id)?;
        if self.pace.not_before_ms().max(self.free_ms()) > now_ms {
            return None;
        }
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
        self.follow_clock(now_ms);
        self.problem = problem;
        let Some(index) = self.under_way.iter().position(|sending| sending.turn == turn.id) else { return };
        let batch = self.under_way.swap_remove(index).batch;
        match outcome {
            Outcome::Delivered => {
                self.pace.succeeded();
                self.held = self.held.minus(size(&batch));
                // What made the receiver find batches too large may have been changed.
                self.batch_bytes = (self.batch_bytes + self.batch_bytes / 4 + 1).min(BATCH_BYTES);
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
        self.follow_clock(now_ms);
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

impl UnderWay {
    /// Returns the time from which the request that sends the batch counts as ended.
    const fn lost_ms(&self) -> u64 {
        self.since_ms + SEND_TIMEOUT_MS + GRACE_MS
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
mod tests;
