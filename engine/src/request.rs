//! What a decision is made from, besides the ruleset.

use crate::bucket::UserKey;

/// The input of a decision: who asks, with which attributes, and when. There is no other input.
///
/// ```
/// use edgewise_engine::{Context, Request, UserKey};
///
/// let context = Context::from_json(r#"{"plan": "pro"}"#)?;
/// let request = Request::new(UserKey::new("user-123")?, &context, 1_767_225_600_000);
/// assert!(request.user_key.is_some());
/// let anonymous = Request::new(None, &context, 1_767_225_600_000);
/// assert!(anonymous.user_key.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Request<'a, A: ?Sized> {
    /// The user key. Without a user key, only what needs no user key is decided: no experiment.
    pub user_key: Option<UserKey<'a>>,
    /// The attributes of the user.
    pub attributes: &'a A,
    /// The current time, in milliseconds since 1970. Nothing in this format of rulesets depends on the time yet.
    pub now: i64,
}

impl<'a, A: ?Sized> Request<'a, A> {
    /// Creates a request, with a user key or `None`. `now` is the current time, in milliseconds since 1970.
    #[inline]
    pub fn new(user_key: impl Into<Option<UserKey<'a>>>, attributes: &'a A, now: i64) -> Self {
        Self { user_key: user_key.into(), attributes, now }
    }
}

impl<A: ?Sized> Clone for Request<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: ?Sized> Copy for Request<'_, A> {}
