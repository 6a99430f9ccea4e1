//! Looking at the store for an environment: drives the loading protocol of `edgewise_api`.

use edgewise_api::{
    EnvironmentName,
    loading::{Failure, Fetched, Held, Loading, Next, Outcome},
};
use worker::{Env, console_log, console_warn};

use super::{
    body,
    shared::{self, Content},
    state::with_isolate,
    store,
    time::{now_ms, within},
};
use crate::{
    settings::Settings,
    slot::{LOOK_LIMIT_MS, Looked, STALE_MS},
};

/// What the last resort may take of a look's time: an old pointer, and the ruleset it names, from the cache.
const LAST_RESORT_MS: u64 = 500;

/// Looks at the store for the environment of a slot, and puts what came of it into the slot.
pub(super) async fn look(place: usize, env: &Env) {
    let known = with_isolate(|isolate| {
        let slot = isolate.slots().get(place)?;
        Some((isolate.settings().clone(), slot.environment().clone(), slot.held()))
    });
    let Some((settings, environment, held)) = known.flatten() else { return };
    let mut looking = Looking { settings: &settings, env, environment, held, taken: Vec::new() };
    let looked = looking.look().await;
    let problem = with_isolate(|isolate| isolate.slots_mut().get_mut(place)?.looked(looked, now_ms()));
    match problem.flatten() {
        Some(problem) if problem.ends_with("again") => console_log!("{problem}"),
        Some(problem) => console_warn!("{problem}"),
        None => {}
    }
    // Whoever waits is answered by now.
    for Taken { path, bytes, etag, as_of_ms } in looking.taken {
        let key = shared::key(&settings.store, &path);
        shared::put(&key, &path, Content::Bytes(&bytes), etag.as_deref(), as_of_ms).await;
    }
}

struct Looking<'a> {
    settings: &'a Settings,
    env: &'a Env,
    environment: EnvironmentName,
    held: Option<Held>,
    /// What was fetched from the store, to be shared.
    taken: Vec<Taken>,
}

struct Taken {
    path: String,
    bytes: Vec<u8>,
    etag: Option<String>,
    as_of_ms: u64,
}

/// What an attempt may take from the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A pointer that is younger, and what never changes.
    Younger(u64),
    /// Nothing: something in it is damaged.
    Nothing,
}

/// What an attempt went by.
#[derive(Default)]
struct Trail {
    as_of_ms: u64,
    /// What was taken from the cache and never changes.
    from_cache: Vec<String>,
}

impl Looking<'_> {
    async fn look(&mut self) -> Looked {
        // An isolate that has nothing is content with what any other held to be live lately.
        let first = self.held.is_none();
        let younger = if first { STALE_MS } else { self.settings.poll_interval_ms };
        let limit_ms = if first { LOOK_LIMIT_MS - LAST_RESORT_MS } else { LOOK_LIMIT_MS };
        let attempt = async {
            let (outcome, trail) = self.attempt(Use::Younger(younger)).await;
            if !matches!(outcome, Outcome::Failed(Failure::Corrupt { .. })) || trail.from_cache.is_empty() {
                return (outcome, trail);
            }
            for key in &trail.from_cache {
                shared::delete(key).await;
            }
            self.attempt(Use::Nothing).await
        };
        let (outcome, trail) = match within(limit_ms, attempt).await {
            Some(ended) => ended,
            None => {
                let problem = format!("no answer within {} ms", limit_ms);
                let path = edgewise_api::paths::version(&self.environment);
                (Outcome::Failed(Failure::Store { path, problem }), Trail::default())
            }
        };
        let as_of_ms = trail.as_of_ms;
        match outcome {
            Outcome::Current => Looked::Current { as_of_ms },
            Outcome::Loaded(ruleset, held) => Looked::Newer { ruleset, held, as_of_ms, problem: None },
            Outcome::Absent => Looked::Absent,
            Outcome::Failed(failure) => {
                let problem = failure.to_string();
                let resort = if first { self.last_resort().await } else { None };
                // What a look that failed has fetched is not for others.
                self.taken.clear();
                match resort {
                    Some((Outcome::Loaded(ruleset, held), trail)) => {
                        Looked::Newer { ruleset, held, as_of_ms: trail.as_of_ms, problem: Some(problem) }
                    }
                    _ => Looked::Failed(problem),
                }
            }
        }
    }

    /// An old pointer, and the ruleset it names: better than nothing.
    async fn last_resort(&mut self) -> Option<(Outcome, Trail)> {
        within(LAST_RESORT_MS, self.attempt(Use::Younger(u64::MAX))).await
    }

    async fn attempt(&mut self, what: Use) -> (Outcome, Trail) {
        self.taken.clear();
        let mut trail = Trail { as_of_ms: now_ms(), from_cache: Vec::new() };
        let mut next = Loading::begin(self.environment.clone(), self.held);
        loop {
            match next {
                Next::Fetch(loading, path) => next = loading.resume(self.fetch(path, what, &mut trail).await),
                Next::Done(outcome) => return (outcome, trail),
            }
        }
    }

    async fn fetch(&mut self, path: String, what: Use, trail: &mut Trail) -> Fetched {
        let key = shared::key(&self.settings.store, &path);
        let immutable = shared::is_immutable(&path);
        if let Use::Younger(younger_ms) = what
            && let Some(shared) = shared::get(&key).await
            && (immutable || now_ms().saturating_sub(shared.as_of_ms) < younger_ms)
            && let Ok(bytes) = body::of_response(&shared.response, usize::MAX).await
        {
            if immutable {
                trail.from_cache.push(key);
            } else {
                trail.as_of_ms = shared.as_of_ms;
            }
            return Fetched::Found(bytes);
        }
        let found = match store::get(self.settings, self.env, &path).await {
            Ok(Some(found)) => found,
            Ok(None) => return Fetched::Absent,
            Err(problem) => return Fetched::Failed(problem),
        };
        let etag = found.etag.clone();
        match found.bytes().await {
            Ok(bytes) => {
                let as_of_ms = now_ms();
                if !immutable {
                    trail.as_of_ms = as_of_ms;
                }
                self.taken.push(Taken { path, bytes: bytes.clone(), etag, as_of_ms });
                Fetched::Found(bytes)
            }
            Err(problem) => Fetched::Failed(problem),
        }
    }
}
