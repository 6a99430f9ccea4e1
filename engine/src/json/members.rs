use alloc::{borrow::Cow, vec::Vec};
use core::cmp::Ordering;

use super::value::Json;

/// The members of an object, in the order of its text.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// So many members of an object are gone through one by one; more are sorted for it.
const FEW: usize = 16;

/// Makes members quick to find: where there are many, sorts them by key, those of one key in their order. Goes into the
/// depth.
pub(crate) fn arrange(members: &mut Members<'_>) {
    if members.len() > FEW {
        members.sort_by(|(left, _), (right, _)| by_length(left, right));
    }
    members.iter_mut().for_each(|(_, value)| arrange_within(value));
}

fn arrange_within(value: &mut Json<'_>) {
    match value {
        Json::Object(members) => arrange(members),
        Json::Array(elements) => elements.iter_mut().for_each(arrange_within),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The member of that key, among arranged ones: the last of several.
#[inline]
pub(crate) fn member<'m, 'a>(members: &'m Members<'a>, key: &str) -> Option<&'m Json<'a>> {
    let found = if members.len() > FEW {
        let end = members.partition_point(|(other, _)| by_length(other, key).is_le());
        members.get(..end).and_then(<[_]>::last).filter(|(other, _)| other == key)
    } else {
        members.iter().rev().find(|(other, _)| other == key)
    };
    found.map(|(_, value)| value)
}

/// Most comparisons on the way to a key then are of two numbers.
fn by_length(left: &str, right: &str) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
