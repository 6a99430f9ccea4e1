//! Edgewise, which decides all experiments in one call.

use anyhow::Result;
use edgewise_engine::{Buffer, Request, Ruleset, UserKey};

use super::{Engine, User};

pub(crate) struct Edgewise {
    ruleset: Ruleset,
    buffer: Buffer,
}

impl Edgewise {
    pub(crate) fn new(snapshot: &[u8]) -> Result<Self> {
        Ok(Self { ruleset: Ruleset::from_json(snapshot)?, buffer: Buffer::new() })
    }
}

impl Engine for Edgewise {
    fn decide(&mut self, user: &User, mut assigned: impl FnMut(usize, &[u8])) {
        let Ok(key) = UserKey::new(&user.key) else { return };
        for hit in self.ruleset.decide(&Request::new(key, &user.context, 0), &mut self.buffer) {
            assigned(hit.entity.index(), self.ruleset.fragments().tail(hit.entity, hit.variant));
        }
    }
}
