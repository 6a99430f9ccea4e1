//! What is live of an experiment, where it differs from what is saved.

use edgewise_api::resources::{Allocation, Live, LiveRange, Status};

use crate::model::{Split, percent};

/// The maximum number of shares that are listed one by one.
const MAX_SHARES: usize = 5;

/// Describes what is live of an experiment, in words that follow the name of its status. `variants` holds the ids of the saved
/// variants in order, `allocations` the saved split. Returns `None` if what is live is what is saved.
pub(crate) fn live_difference(
    status: Status,
    variants: &[&str],
    allocations: &[Allocation],
    live: &Live,
) -> Option<String> {
    let live = match (status, live) {
        // A draft was never running.
        (Status::Draft, Live::Unknown) => return None,
        (_, Live::Unknown) => return Some("it is not known what is live until the next version".to_owned()),
        (Status::Running, Live::Absent) => return Some("not live yet".to_owned()),
        (_, Live::Absent) => return None,
        (_, Live::Present(live)) => live,
    };
    let (saved, split) = (Split::of(allocations), split_of(&live.split));
    let (version, shares) = (live.version, shares(&split, variants));
    match status {
        Status::Running if split == saved && !live.content_differs => None,
        Status::Running if split == saved => Some(format!("changes not live yet (version {version} is)")),
        Status::Running => Some(format!("still at {shares} in version {version}")),
        _ => Some(format!("still live in version {version} at {shares}")),
    }
}

fn split_of(ranges: &[LiveRange]) -> Split {
    let allocation = |range: &LiveRange| Allocation {
        id: String::new(),
        experiment_id: String::new(),
        variant_id: range.variant_id.clone(),
        range_start: range.range_start,
        range_end: range.range_end,
    };
    Split::of(&ranges.iter().map(allocation).collect::<Vec<_>>())
}

/// Formats the shares of the variants, such as `10/10`; of many variants only the sum.
fn shares(split: &Split, variants: &[&str]) -> String {
    let mut ids = variants.to_vec();
    for range in split.ranges() {
        // A variant that was deleted since.
        if !ids.contains(&range.variant) {
            ids.push(range.variant);
        }
    }
    if ids.is_empty() || ids.len() > MAX_SHARES {
        return format!("{} %", percent(split.allocated()));
    }
    ids.iter().map(|id| percent(split.share(Some(id)))).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use edgewise_api::resources::LiveExperiment;

    use super::*;

    /// A split in which each variant has a share, in buckets.
    fn live(shares: &[(&str, i64)]) -> Live {
        let mut next = 0;
        let mut split = Vec::new();
        for (variant, buckets) in shares {
            let (range_start, range_end) = (next, next + buckets - 1);
            split.push(LiveRange { variant_id: (*variant).to_owned(), range_start, range_end });
            next += buckets;
        }
        Live::Present(LiveExperiment { version: 18, since: 15, split, content_differs: false })
    }

    fn allocations(shares: &[(&str, i64)]) -> Vec<Allocation> {
        let Live::Present(live) = live(shares) else { return Vec::new() };
        let allocation = |range: LiveRange| Allocation {
            id: "a".to_owned(),
            experiment_id: "x".to_owned(),
            variant_id: range.variant_id,
            range_start: range.range_start,
            range_end: range.range_end,
        };
        live.split.into_iter().map(allocation).collect()
    }

    #[test]
    fn each_status_is_compared_with_what_is_live() {
        let variants = ["a", "b"];
        let saved = allocations(&[("a", 2_500), ("b", 2_500)]);
        let tenths = live(&[("a", 1_000), ("b", 1_000)]);
        let same = live(&[("a", 2_500), ("b", 2_500)]);
        let described = |status, live: &Live| live_difference(status, &variants, &saved, live);
        for stopped in [Status::Draft, Status::Paused, Status::Archived] {
            assert_eq!(described(stopped, &tenths).unwrap(), "still live in version 18 at 10/10");
            assert_eq!(described(stopped, &same).unwrap(), "still live in version 18 at 25/25");
            assert_eq!(described(stopped, &Live::Absent), None);
        }
        assert_eq!(described(Status::Running, &same), None);
        assert_eq!(described(Status::Running, &tenths).unwrap(), "still at 10/10 in version 18");
        assert_eq!(described(Status::Running, &Live::Absent).unwrap(), "not live yet");
        assert_eq!(described(Status::Draft, &Live::Unknown), None);
        for status in [Status::Running, Status::Paused, Status::Archived] {
            assert!(described(status, &Live::Unknown).unwrap().contains("not known"), "{status}");
        }
    }

    #[test]
    fn other_changes_than_of_the_split_are_said_where_the_split_is_the_same() {
        let saved = allocations(&[("a", 2_500)]);
        let described = |status, shares: &[(&str, i64)]| {
            let Live::Present(live) = live(shares) else { return None };
            let live = Live::Present(LiveExperiment { content_differs: true, ..live });
            live_difference(status, &["a"], &saved, &live)
        };
        assert_eq!(
            described(Status::Running, &[("a", 2_500)]).unwrap(),
            "changes not live yet (version 18 is)"
        );
        assert_eq!(described(Status::Running, &[("a", 1_000)]).unwrap(), "still at 10 in version 18");
        assert_eq!(
            described(Status::Paused, &[("a", 2_500)]).unwrap(),
            "still live in version 18 at 25",
            "whatever was changed"
        );
    }

    #[test]
    fn shares_are_those_of_saved_and_of_deleted_variants() {
        let paused = |variants: &[&str], live: &Live| {
            live_difference(Status::Paused, variants, &[], live)
                .unwrap()
                .split_off("still live in version 18 at ".len())
        };
        assert_eq!(paused(&["new", "a"], &live(&[("a", 1_250), ("gone", 1)])), "0/12.5/0.01");
        let ids = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(paused(&ids, &live(&ids.map(|id| (id, 100)))), "6 %", "the sum of many");
        assert_eq!(paused(&[], &live(&[])), "0 %");
    }
}
