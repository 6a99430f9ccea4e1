//! Decisions allocate no memory, and swapping rulesets leaks no memory.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]
#![expect(unsafe_code, reason = "an allocator that counts allocations must be an allocator")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use edgewise_engine::{Buffer, Context, Request, Ruleset, UserKey};
use edgewise_tests::workloads::{User, Workload};

/// The system's allocator, with counters for each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static LIVE_BYTES: Cell<i64> = const { Cell::new(0) };
}

fn count(allocations: u64, bytes: i64) {
    ALLOCATIONS.set(ALLOCATIONS.get() + allocations);
    LIVE_BYTES.set(LIVE_BYTES.get() + bytes);
}

fn size(layout: Layout) -> i64 {
    i64::try_from(layout.size()).unwrap_or(i64::MAX)
}

// SAFETY: every call is forwarded unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, size(layout));
        // SAFETY: the caller upholds the contract of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -size(layout));
        // SAFETY: the caller upholds the contract of `GlobalAlloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn ruleset(workload: Workload) -> Ruleset {
    Ruleset::from_json(workload.snapshot().to_string().as_bytes()).unwrap()
}

fn decide(ruleset: &Ruleset, user: &User, buffer: &mut Buffer) -> usize {
    ruleset
        .decide(&Request::new(UserKey::new(&user.key).unwrap(), user.context.as_object().unwrap(), 0), buffer)
        .len()
}

#[test]
fn a_decision_allocates_no_memory() {
    for workload in Workload::ALL {
        let (ruleset, users) = (ruleset(workload), workload.users());
        let texts: Vec<String> = users.iter().map(|user| user.context.to_string()).collect();
        let contexts: Vec<Context<'_>> = texts.iter().map(|text| Context::from_json(text).unwrap()).collect();
        let mut buffer = Buffer::new();
        // The buffer grows to the size that the ruleset needs.
        let max = users.iter().map(|user| decide(&ruleset, user, &mut buffer)).max();
        let before = ALLOCATIONS.get();
        for (user, context) in users.iter().zip(&contexts) {
            let assigned = decide(&ruleset, user, &mut buffer);
            assert!(Some(assigned) <= max);
            ruleset.decide(&Request::new(UserKey::new(&user.key).unwrap(), context, 0), &mut buffer);
        }
        assert_eq!(ALLOCATIONS.get() - before, 0, "{}", workload.name);
    }
}

#[test]
fn swapping_rulesets_leaks_no_memory() {
    const SWAPS: usize = 10_000;
    const DECISIONS_EACH: usize = 100;
    let published =
        [ruleset(Workload::W1), ruleset(Workload::M10)].map(|ruleset| ruleset.as_bytes().to_vec());
    let users = Workload::W1.users();
    let mut users = users.iter().cycle();
    let mut buffer = Buffer::new();
    let mut live = Ruleset::load(published[0].clone()).unwrap();
    let mut after_ten = None;
    for swap in 1..=SWAPS {
        live = Ruleset::load(published[swap % 2].clone()).unwrap();
        for user in users.by_ref().take(DECISIONS_EACH) {
            decide(&live, user, &mut buffer);
        }
        if swap == 10 {
            after_ten = Some(LIVE_BYTES.get());
        }
    }
    assert_eq!(Some(LIVE_BYTES.get()), after_ten, "{}", live.version());
}
