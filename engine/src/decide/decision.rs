//! A decision for one user, and the buffer that decisions use.

use alloc::vec::Vec;

use super::{
    assigning::{self, Lanes, Output},
    matching::{self, Matching},
    resolving::{self, Resolved},
};
use crate::{
    assignment::Assignment, attributes::Attributes, bucket::KeyHash, lanes::LANES, murmur3::Murmur3,
    request::Request, ruleset::Ruleset,
};

/// The memory that decisions use. Repeated decisions from the same ruleset with the same buffer do not allocate.
#[derive(Debug, Default)]
pub struct Buffer {
    /// The first `count` assignments are the result of the last decision.
    assignments: Vec<Assignment>,
    count: usize,
    resolved: Vec<Resolved<'static>>,
    /// A bit for each slot. All bits are 0 between decisions.
    marks: Vec<u64>,
    memo: matching::Memo,
    order: assigning::Order,
    lanes: Lanes,
}

impl Buffer {
    /// Creates a buffer that uses the fastest hashing that the processor supports.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a buffer that uses the given hashing. The results do not depend on `lanes`.
    #[must_use]
    pub fn with_lanes(lanes: Lanes) -> Self {
        Self { lanes, ..Self::default() }
    }

    /// Makes sure that `slots` slots can be marked and assigned.
    fn reserve(&mut self, slots: usize) {
        if self.assignments.len() < slots + LANES {
            self.grow(slots);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, slots: usize) {
        self.marks.resize(slots.div_ceil(64), 0);
        self.assignments.resize(slots + LANES, Assignment::of(0, 0));
    }

    /// Returns the result of the last decision.
    #[must_use]
    pub fn assignments(&self) -> &[Assignment] {
        self.assignments.get(..self.count).unwrap_or_default()
    }
}

impl Ruleset {
    /// Decides all experiments for one user. Returns the user's assignments, in snapshot order. Without a user key, there
    /// are none, because experiments divide users by their keys.
    ///
    /// ```
    /// use edgewise_engine::{Buffer, Context, EntityId, Request, Ruleset, UserKey, VariantId};
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
    /// let (user, now) = (UserKey::new("user-123")?, 1_767_225_600_000);
    /// let assignments = ruleset.decide(&Request::new(user, &pro, now), &mut buffer);
    /// assert_eq!((assignments[0].entity, assignments[0].variant), (EntityId::new(0), VariantId::new(0)));
    /// assert!(ruleset.decide(&Request::new(user, &Context::default(), now), &mut buffer).is_empty());
    /// assert!(ruleset.decide(&Request::new(None, &pro, now), &mut buffer).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn decide<'b>(
        &self,
        request: &Request<'_, impl Attributes>,
        buffer: &'b mut Buffer,
    ) -> &'b [Assignment] {
        let Some(user) = request.user_key else {
            buffer.count = 0;
            return buffer.assignments();
        };
        buffer.reserve(self.counts().slots);
        let key = KeyHash::of(user);
        let marks = if self.is_unconditional() {
            buffer.count = 0;
            None
        } else {
            let Murmur3 { state, tail, len } = key.0;
            self.assign_blocks(state, tail, len, request.attributes, buffer);
            Some(buffer.marks.as_mut_slice())
        };
        let output = Output::new(&mut buffer.assignments, buffer.count);
        buffer.count = assigning::assign_loose(self, key, marks, output).count;
        if !self.counts().in_order {
            let found = buffer.assignments.get_mut(..buffer.count).unwrap_or_default();
            buffer.order.restore(self.experiments(), found);
        }
        buffer.assignments()
    }

    /// Marks the slots that the user matches, and assigns the slots in blocks. In WASM, this function is not inlined, so
    /// that the caller stays small, and takes the hash state as numbers, which stay in registers.
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
        // Without attributes, there are no conditions.
        if !self.attribute_records().is_empty() {
            self.mark(attributes, buffer);
        }
        let output = Output::new(&mut buffer.assignments, 0);
        buffer.count = buffer.lanes.assign_blocks(self, key, &mut buffer.marks, output).count;
    }

    /// Marks the slots whose conditions hold.
    fn mark(&self, attributes: &impl Attributes, buffer: &mut Buffer) {
        let mut resolved = resolving::recycle(core::mem::take(&mut buffer.resolved));
        resolving::resolve(self, attributes, &mut resolved);
        Matching::new(self, &resolved, &mut buffer.memo).mark(&mut buffer.marks);
        buffer.resolved = resolving::recycle(resolved);
    }
}
