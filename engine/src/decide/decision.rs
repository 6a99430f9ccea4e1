//! A decision for one user, and the memory that it needs.

use alloc::vec::Vec;

use super::{
    assigning::{self, Found, Lanes},
    matching::{self, Matching},
    seen::{self, Seen},
};
use crate::{
    assignment::Assignment,
    attributes::Attributes,
    bucket::{KeyHash, UserKey},
    lanes::LANES,
    murmur3::Murmur3,
    ruleset::Ruleset,
};

/// What deciding needs room for. Once it has decided a ruleset, deciding that ruleset again allocates nothing.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Those of the last decision come first.
    assignments: Vec<Assignment>,
    count: usize,
    seen: Vec<Seen<'static>>,
    /// A bit for each slot. None is set between decisions.
    marks: Vec<u64>,
    memo: matching::Memo,
    order: assigning::Order,
    lanes: Lanes,
}

impl Buffer {
    /// An empty one, for the fastest way of hashing that the processor has.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one, for a certain way of hashing. All give the same results.
    #[must_use]
    pub fn with_lanes(lanes: Lanes) -> Self {
        Self { lanes, ..Self::default() }
    }

    /// Sees to it that so many slots can be marked and assigned.
    fn make_room(&mut self, slots: usize) {
        if self.assignments.len() < slots + LANES {
            self.grow(slots);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, slots: usize) {
        self.marks.resize(slots.div_ceil(64), 0);
        self.assignments.resize(slots + LANES, Assignment { experiment: 0, variant: 0 });
    }

    /// What was decided last.
    #[must_use]
    pub fn assignments(&self) -> &[Assignment] {
        self.assignments.get(..self.count).unwrap_or_default()
    }
}

impl Ruleset {
    /// Decides all experiments for one user: the variants they get, in snapshot order.
    ///
    /// ```
    /// use edgewise_engine::{Buffer, Context, Ruleset, UserKey};
    ///
    /// let ruleset = Ruleset::from_json(br#"{"version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z", "experiments": [{
    ///     "id": "e1", "key": "button", "salt": "s1", "audienceRules": [],
    ///     "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}],
    ///     "variants": [{"id": "v1", "key": "green", "payload": {"color": "green"}}],
    ///     "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 9999}]
    /// }]}"#)?;
    ///
    /// let mut buffer = Buffer::new();
    /// let pro = Context::from_json(r#"{"plan": "pro"}"#)?;
    /// let assignments = ruleset.decide(UserKey::new("user-123")?, &pro, &mut buffer);
    /// assert_eq!((assignments[0].experiment, assignments[0].variant), (0, 0));
    /// assert!(ruleset.decide(UserKey::new("user-123")?, &Context::default(), &mut buffer).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn decide<'b>(
        &self,
        user: UserKey<'_>,
        attributes: &impl Attributes,
        buffer: &'b mut Buffer,
    ) -> &'b [Assignment] {
        buffer.make_room(self.counts().slots);
        let key = KeyHash::of(user);
        let marks = if self.is_plain() {
            buffer.count = 0;
            None
        } else {
            let Murmur3 { state, tail, len } = key.0;
            self.assign_blocks(state, tail, len, attributes, buffer);
            Some(buffer.marks.as_mut_slice())
        };
        let found = Found::new(&mut buffer.assignments, buffer.count);
        buffer.count = assigning::assign_loose(self, key, marks, found).count;
        if !self.counts().in_order {
            let found = buffer.assignments.get_mut(..buffer.count).unwrap_or_default();
            buffer.order.restore(self.experiments(), found);
        }
        buffer.assignments()
    }

    /// Marks the slots that the user passes, and assigns those in blocks. In WASM apart from what calls it, so that
    /// deciding few experiments stays small, and of single numbers, so that they stay in registers.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn assign_blocks(
        &self,
        state: u32,
        tail: u32,
        len: u32,
        attributes: &impl Attributes,
        buffer: &mut Buffer,
    ) {
        let key = KeyHash(Murmur3 { state, tail, len });
        for (mark, open_to_all) in buffer.marks.iter_mut().zip(self.open_to_all()) {
            *mark |= open_to_all;
        }
        // Without attributes there are no conditions either.
        if !self.attribute_records().is_empty() {
            self.mark(attributes, buffer);
        }
        let found = Found::new(&mut buffer.assignments, 0);
        buffer.count = buffer.lanes.assign_blocks(self, key, &mut buffer.marks, found).count;
    }

    /// Marks the slots whose conditions hold.
    fn mark(&self, attributes: &impl Attributes, buffer: &mut Buffer) {
        let mut seen = seen::recycled(core::mem::take(&mut buffer.seen));
        seen::look_up(self, attributes, &mut seen);
        Matching::new(self, &seen, &mut buffer.memo).mark(&mut buffer.marks);
        buffer.seen = seen::recycled(seen);
    }
}
