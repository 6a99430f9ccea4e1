//! A clock that can be set back.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use edgewise_caller::{Clock, SystemClock};

/// The system clock, which can be set back.
#[derive(Clone, Debug, Default)]
pub struct PastClock(Arc<AtomicI64>);

impl PastClock {
    pub(super) fn set_back(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for PastClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() - self.0.load(Ordering::Relaxed)
    }
}
