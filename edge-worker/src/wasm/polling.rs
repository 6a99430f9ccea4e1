//! Polls the store for an environment: drives the loading protocol of `edgewise_api`.

use edgewise_api::{
    EnvironmentName,
    loading::{Failure, Fetched, Held, Loading, Next, Outcome, Wanted},
    paths,
};
use worker::{Env, console_log, console_warn};

use super::{
    body,
    cache::{self, Content},
    state::with_isolate,
    store,
    time::{now_ms, within},
};
use crate::{
    settings::Settings,
    slot::{Notice, POLL_TIMEOUT_MS, PollOutcome, STALE_MS},
};

/// The time of a poll that is reserved for the last resort: an old pointer and its ruleset from the cache.
const LAST_RESORT_MS: u64 = 500;

/// Polls the store for the environment of a slot, and stores the outcome in the slot.
pub(super) async fn poll(index: usize, env: &Env) {
    let known = with_isolate(|isolate| {
        let slot = isolate.slots().get(index)?;
        Some((isolate.settings().clone(), slot.environment().clone(), slot.held()))
    });
    let Some((settings, environment, held)) = known.flatten() else { return };
    let mut poll = Poll { settings: &settings, env, environment, held, fetched: Vec::new() };
    let outcome = poll.run().await;
    let notice = with_isolate(|isolate| isolate.slots_mut().get_mut(index)?.finish_poll(outcome, now_ms()));
    match notice.flatten() {
        Some(notice @ Notice::Recovered { .. }) => console_log!("{notice}"),
        Some(notice @ Notice::Failed { .. }) => console_warn!("{notice}"),
        None => {}
    }
    // Waiting requests can respond now, so caching does not delay a response.
    for FetchedObject { path, key, bytes, etag, as_of_ms } in poll.fetched {
        cache::put(&key, &path, Content::Bytes(&bytes), etag.as_deref(), as_of_ms).await;
    }
}

struct Poll<'a> {
    settings: &'a Settings,
    env: &'a Env,
    environment: EnvironmentName,
    held: Option<Held>,
    /// The objects that were fetched from the store, for the cache.
    fetched: Vec<FetchedObject>,
}

struct FetchedObject {
    path: String,
    /// The key of the object in the cache.
    key: String,
    bytes: Vec<u8>,
    etag: Option<String>,
    as_of_ms: u64,
}

/// The objects that an attempt may read from the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CacheUse {
    /// A pointer younger than this age in milliseconds, and objects that never change.
    YoungerThan(u64),
    /// No objects, because a cached object is damaged.
    Nothing,
}

/// The sources of an attempt.
#[derive(Default)]
struct Sources {
    as_of_ms: u64,
    /// The keys of objects that were read from the cache.
    from_cache: Vec<String>,
}

impl Poll<'_> {
    async fn run(&mut self) -> PollOutcome {
        // An isolate without a ruleset accepts a pointer that another isolate has fetched recently.
        let first = self.held.is_none();
        let max_age_ms = if first { STALE_MS } else { self.settings.poll_interval_ms };
        let limit_ms = if first { POLL_TIMEOUT_MS - LAST_RESORT_MS } else { POLL_TIMEOUT_MS };
        let attempt = async {
            let (outcome, sources) = self.attempt(CacheUse::YoungerThan(max_age_ms)).await;
            if !matches!(outcome, Outcome::Failed(Failure::Corrupt { .. })) || sources.from_cache.is_empty() {
                return (outcome, sources);
            }
            for key in &sources.from_cache {
                cache::delete(key).await;
            }
            self.attempt(CacheUse::Nothing).await
        };
        let (outcome, sources) = match within(limit_ms, attempt).await {
            Some(ended) => ended,
            None => {
                let problem = format!("no response within {} ms", limit_ms);
                let path = paths::version(&self.environment);
                (Outcome::Failed(Failure::Store { path, problem }), Sources::default())
            }
        };
        let as_of_ms = sources.as_of_ms;
        match outcome {
            Outcome::Current => PollOutcome::Current { as_of_ms },
            Outcome::Loaded(ruleset, held) => PollOutcome::Newer { ruleset, held, as_of_ms, problem: None },
            Outcome::Absent => PollOutcome::Absent,
            Outcome::Failed(failure) => {
                let problem = failure.to_string();
                let cached = if first { self.last_resort().await } else { None };
                // Objects of a failed poll are not cached.
                self.fetched.clear();
                match cached {
                    Some((Outcome::Loaded(ruleset, held), sources)) => PollOutcome::Newer {
                        ruleset,
                        held,
                        as_of_ms: sources.as_of_ms,
                        problem: Some(problem),
                    },
                    _ => PollOutcome::Failed(problem),
                }
            }
        }
    }

    /// Loads an old pointer and its ruleset from the cache.
    async fn last_resort(&mut self) -> Option<(Outcome, Sources)> {
        within(LAST_RESORT_MS, self.attempt(CacheUse::YoungerThan(u64::MAX))).await
    }

    async fn attempt(&mut self, cache_use: CacheUse) -> (Outcome, Sources) {
        self.fetched.clear();
        let mut sources = Sources { as_of_ms: now_ms(), from_cache: Vec::new() };
        let mut next = Loading::begin(self.environment.clone(), self.held);
        loop {
            match next {
                Next::Fetch(loading, wanted) => {
                    next = loading.resume(self.fetch(wanted, cache_use, &mut sources).await)
                }
                Next::Done(outcome) => return (outcome, sources),
            }
        }
    }

    async fn fetch(&mut self, wanted: Wanted, cache_use: CacheUse, sources: &mut Sources) -> Fetched {
        let key = cache::key(&self.settings.store, &wanted.path, wanted.content.as_deref());
        let immutable = paths::is_immutable(&wanted.path);
        if wanted.past_caches {
            // The object that was fetched has other content, wherever it came from.
            cache::delete(&key).await;
            sources.from_cache.retain(|other| *other != key);
            if immutable {
                self.fetched.retain(|other| other.key != key);
            } else {
                // Objects that were fetched by an old pointer may have other content than their keys say.
                self.fetched.clear();
            }
        } else if let CacheUse::YoungerThan(max_age_ms) = cache_use
            && let Some(cached) = cache::get(&key).await
            && (immutable || now_ms().abs_diff(cached.as_of_ms) < max_age_ms)
            && let Ok(bytes) = body::of_response(&cached.response, usize::MAX).await
        {
            if !immutable {
                sources.as_of_ms = cached.as_of_ms;
            }
            sources.from_cache.push(key);
            return Fetched::Found(bytes);
        }
        let found = match store::get(self.settings, self.env, &wanted).await {
            Ok(Some(found)) => found,
            Ok(None) => return Fetched::Absent,
            Err(problem) => return Fetched::Failed(problem),
        };
        let etag = found.etag.clone();
        match found.bytes().await {
            Ok(bytes) => {
                let as_of_ms = now_ms();
                if !immutable {
                    sources.as_of_ms = as_of_ms;
                }
                let path = wanted.path;
                self.fetched.push(FetchedObject { path, key, bytes: bytes.clone(), etag, as_of_ms });
                Fetched::Found(bytes)
            }
            Err(problem) => Fetched::Failed(problem),
        }
    }
}
