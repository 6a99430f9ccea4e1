//! Places for objects that are read whole, because an object is compared with a hash before the response begins.
//!
//! An isolate has 128 MB, and the memory of WASM never shrinks. Anyone may ask for an object with any hash, so the number and
//! the size of such objects are limited. What finds no place is streamed without a comparison.

/// The number of places.
const PLACES: usize = 4;
/// The largest object that is read whole, in bytes.
pub const PLACE_BYTES: usize = 8 << 20;
/// The longest time that a place is taken, in milliseconds: the runtime ends a request that needs longer, and the request does
/// not give its place back then.
const TAKEN_MS: u64 = 30_000;

/// The places that are taken.
#[derive(Debug, Default)]
pub struct Places {
    taken: Vec<Taken>,
    last: u64,
}

#[derive(Debug)]
struct Taken {
    id: u64,
    since_ms: u64,
}

impl Places {
    /// Takes a place, if there is one. Returns a number for [`give_back`](Self::give_back).
    pub fn take(&mut self, now_ms: u64) -> Option<u64> {
        self.taken.retain(|taken| now_ms.abs_diff(taken.since_ms) <= TAKEN_MS);
        if self.taken.len() >= PLACES {
            return None;
        }
        self.last += 1;
        self.taken.push(Taken { id: self.last, since_ms: now_ms });
        Some(self.last)
    }

    /// Gives a place back.
    pub fn give_back(&mut self, place: u64) {
        self.taken.retain(|taken| taken.id != place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_places_is_limited() {
        let mut places = Places::default();
        let taken: Vec<u64> = (0..10).filter_map(|now_ms| places.take(now_ms)).collect();
        assert_eq!((taken.len(), places.take(10)), (PLACES, None));
        places.give_back(taken[1]);
        places.give_back(taken[1]);
        assert!(places.take(11).is_some());
        assert_eq!(places.take(12), None);
    }

    #[test]
    fn the_place_of_a_request_that_ended_is_taken_by_another() {
        const HOUR_MS: u64 = 3_600_000;
        // Later, or with a clock that was set back.
        for later_ms in [HOUR_MS + TAKEN_MS + 1, 0] {
            let mut places = Places::default();
            let lost: Vec<u64> = (0..PLACES).filter_map(|_| places.take(HOUR_MS)).collect();
            assert_eq!(places.take(HOUR_MS + TAKEN_MS), None);
            for _ in 0..PLACES {
                assert!(places.take(later_ms).is_some());
            }
            lost.into_iter().for_each(|place| places.give_back(place));
            assert_eq!(places.take(later_ms), None);
        }
    }
}
