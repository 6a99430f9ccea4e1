//! Routes of versions.

mod events;
pub(super) mod history;
pub(super) mod publication;
pub(super) mod rollback;
pub(super) mod stream;
