use alloc::{borrow::Cow, vec::Vec};
use core::cmp::Ordering;

use super::value::Json;

/// The members of an object.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// The largest number of members that are searched linearly. Larger objects are sorted for binary search.
const LINEAR_SEARCH_MAX: usize = 16;

/// Sorts the members of large objects by key, so that [`member`] can find them by binary search. The order of members
/// with the same key is kept. Nested values are included.
pub(crate) fn sort_members(members: &mut Members<'_>) {
    if members.len() > LINEAR_SEARCH_MAX {
        members.sort_by(|(left, _), (right, _)| by_length(left, right));
    }
    members.iter_mut().for_each(|(_, value)| sort_nested(value));
}

fn sort_nested(value: &mut Json<'_>) {
    match value {
        Json::Object(members) => sort_members(members),
        Json::Array(elements) => elements.iter_mut().for_each(sort_nested),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Returns the last member with this key. `members` must have been prepared by [`sort_members`].
#[inline]
pub(crate) fn member<'m, 'a>(members: &'m Members<'a>, key: &str) -> Option<&'m Json<'a>> {
    let found = if members.len() > LINEAR_SEARCH_MAX {
        let end = members.partition_point(|(other, _)| by_length(other, key).is_le());
        members.get(..end).and_then(<[_]>::last).filter(|(other, _)| other == key)
    } else {
        members.iter().rev().find(|(other, _)| other == key)
    };
    found.map(|(_, value)| value)
}

/// Compares lengths first, so that most comparisons are of two numbers.
fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
