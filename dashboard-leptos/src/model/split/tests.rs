use edgewise_api::resources::Allocation;
use proptest::prelude::*;

use super::{buckets::Buckets, *};
use crate::model::Kept;

const IDS: [&str; 4] = ["a", "b", "c", "d"];

/// Creates a split from segments; `-` stands for unallocated buckets.
fn split(segments: &[(&str, u32)]) -> Split {
    let segment = |(id, buckets): &(&str, u32)| Segment {
        variant: (*id != "-").then(|| (*id).to_owned()),
        buckets: *buckets,
    };
    let mut split = Split { segments: segments.iter().map(segment).collect() };
    split.join();
    assert_eq!(split.segments.iter().map(|segment| segment.buckets).sum::<u32>(), BUCKETS);
    split
}

fn allocation(variant_id: &str, range_start: i64, range_end: i64) -> Allocation {
    let [id, variant_id, experiment_id] = ["", variant_id, ""].map(str::to_owned);
    Allocation { id, variant_id, range_start, range_end, experiment_id }
}

#[test]
fn allocations_are_read_in_any_order_and_the_first_wins_where_they_overlap() {
    let read =
        Split::of(&[allocation("b", 5_000, 9_999), allocation("a", 0, 2_499), allocation("a", 2_500, 5_999)]);
    assert_eq!(read, split(&[("a", 5_000), ("b", 5_000)]));
    assert_eq!(Split::of(&[]), Split::default());
    let single = Split::of(&[allocation("a", 9_999, 9_999)]);
    assert_eq!(single, split(&[("-", 9_999), ("a", 1)]));
    let request = serde_json::to_string(&single.request()).unwrap();
    assert_eq!(request, r#"{"allocations":[{"variantId":"a","rangeStart":9999,"rangeEnd":9999}]}"#);
}

#[test]
fn a_share_takes_unallocated_buckets_before_those_of_other_variants() {
    let mut some = split(&[("a", 3_000), ("b", 3_000), ("-", 4_000)]);
    some.set_share("a", 4_000);
    assert_eq!(some, split(&[("a", 3_000), ("b", 3_000), ("a", 1_000), ("-", 3_000)]));
    some.set_share("a", 3_000);
    assert_eq!(some, split(&[("a", 3_000), ("b", 3_000), ("-", 4_000)]), "its last ones are given back");

    let mut all = split(&[("a", 5_000), ("b", 2_500), ("c", 2_500)]);
    all.set_share("a", 6_000);
    assert_eq!(IDS.map(|id| all.share(Some(id))), [6_000, 2_000, 2_000, 0]);
    let mut two = split(&[("a", 5_000), ("b", 5_000)]);
    two.set_share("a", 6_000);
    assert_eq!(two, split(&[("a", 6_000), ("b", 4_000)]), "only their border moves");
}

#[test]
fn a_border_moves_between_the_ends_of_its_two_segments() {
    let start = split(&[("a", 2_000), ("b", 3_000), ("-", 1_000), ("b", 4_000)]);
    assert_eq!(start.borders(), [2_000, 5_000, 6_000]);
    let moved = |border, to| {
        let mut split = start.clone();
        split.move_border(border, to);
        split
    };
    assert_eq!(moved(0, 2_001), split(&[("a", 2_001), ("b", 2_999), ("-", 1_000), ("b", 4_000)]));
    assert_eq!(moved(0, 9_000), split(&[("a", 5_000), ("-", 1_000), ("b", 4_000)]));
    assert_eq!(moved(1, 7_000), split(&[("a", 2_000), ("b", 8_000)]), "neighbours that are alike become one");
    assert_eq!(moved(3, 1), start);
    assert_eq!(moved(9, 1), start);
}

#[test]
fn a_border_at_the_end_of_a_segment_stays_and_can_be_moved_back() {
    let start = split(&[("a", 5_000), ("b", 5_000)]);
    let mut moved = start.clone();
    moved.move_border(0, 10_000);
    assert_eq!((&moved, moved.borders()), (&split(&[("a", 10_000)]), vec![10_000]));
    assert_eq!(moved.request().allocations, split(&[("a", 10_000)]).request().allocations);
    moved.move_border(0, 5_000);
    assert_eq!(moved, start);

    // A pointer drags the border that can move in its direction.
    let mut squeezed = split(&[("a", 4_000), ("b", 2_000), ("c", 4_000)]);
    squeezed.move_border(1, 4_000);
    assert_eq!(squeezed.borders(), [4_000, 4_000]);
    let dragged = |border, to| {
        let mut split = squeezed.clone();
        split.drag_border(border, to);
        split
    };
    for border in [0, 1] {
        assert_eq!(dragged(border, 3_000), split(&[("a", 3_000), ("b", 1_000), ("c", 6_000)]));
        assert_eq!(dragged(border, 5_000), split(&[("a", 4_000), ("b", 1_000), ("c", 5_000)]));
    }
}

#[test]
fn a_variant_without_buckets_has_a_border() {
    let mut all = split(&[("a", 10_000)]);
    assert!(all.keep_places(&IDS[..2]) && !all.keep_places(&IDS[..2]));
    assert_eq!((all.borders(), &all), (vec![10_000], &split(&[("a", 10_000)])));
    all.move_border(0, 9_000);
    assert_eq!(all, split(&[("a", 9_000), ("b", 1_000)]));

    let mut none = Split::default();
    none.keep_places(&IDS[..2]);
    assert_eq!(none.borders(), [0, 0]);
    none.drag_border(0, 500);
    assert_eq!(none, split(&[("b", 500), ("-", 9_500)]));
}

#[test]
fn an_unsaved_split_is_restored() {
    let mut unsaved = split(&[("a", 5_000), ("-", 4_000), ("a", 1_000)]);
    unsaved.keep_places(&IDS[..2]);
    let kept = serde_json::to_string(&unsaved).unwrap();
    let restored = Split::read(&kept).unwrap();
    assert_eq!((&restored, restored.borders()), (&unsaved, unsaved.borders()));
    let of = |buckets: &[u32]| {
        let segments: Vec<_> =
            buckets.iter().map(|buckets| serde_json::json!({"variant": "a", "buckets": buckets})).collect();
        Split::read(&serde_json::to_string(&segments).unwrap())
    };
    assert!(of(&[9_999, 1]).is_some());
    for wrong in [&[][..], &[9_999], &[10_001], &[10_000, u32::MAX]] {
        assert!(of(wrong).is_none(), "{wrong:?}");
    }
}

#[test]
fn an_even_split_gives_the_remainder_to_the_first_variants() {
    let mut even = Split::default();
    even.divide_evenly(&IDS[..3]);
    assert_eq!(even, split(&[("a", 3_334), ("b", 3_333), ("c", 3_333)]));
    even.divide_evenly(&[]);
    assert_eq!(even, Split::default());
}

#[test]
fn ramping_down_and_up_restores_the_split() {
    let mut ramped = Split::default();
    ramped.ramp(&IDS[..2], 1_000);
    assert_eq!(ramped, split(&[("a", 500), ("-", 4_500), ("b", 500), ("-", 4_500)]));
    ramped.ramp(&IDS[..2], BUCKETS);
    assert_eq!(ramped, split(&[("a", 5_000), ("b", 5_000)]));
}

#[test]
fn the_impact_of_a_change_is_counted_in_buckets() {
    let before = split(&[("a", 5_000), ("b", 3_000), ("-", 2_000)]);
    let after = split(&[("a", 4_000), ("b", 3_500), ("-", 500), ("b", 2_000)]);
    assert_eq!(after.impact(&before), Impact { gain: 2_000, switch: 1_000, lose: 500 });
    assert_eq!(after.impact(&after), Impact::default());
}

fn splits() -> impl Strategy<Value = Split> {
    let segment = (prop::option::of(0..IDS.len()), 1..4_000u32);
    prop::collection::vec(segment, 0..12).prop_map(|segments| {
        let mut buckets = Buckets::new();
        let mut start = 0;
        for (id, length) in segments {
            let owner = id.map_or(0, |id| buckets.owner(IDS[id]));
            buckets.assign(owner, start, length);
            start += length;
        }
        Split { segments: buckets.into_segments() }
    })
}

fn is_valid(split: &Split) -> bool {
    let alike = |pair: &[Segment]| pair[0].variant == pair[1].variant;
    split.segments.iter().all(|segment| segment.buckets > 0)
        && !split.segments.windows(2).any(alike)
        && split.segments.iter().map(|segment| segment.buckets).sum::<u32>() == BUCKETS
}

proptest! {
    #[test]
    fn a_split_survives_a_round_trip_through_allocations(split in splits()) {
        let allocations: Vec<Allocation> = split
            .ranges()
            .iter()
            .map(|range| allocation(range.variant, range.start.into(), range.end.into()))
            .collect();
        prop_assert_eq!(Split::of(&allocations), split);
    }

    #[test]
    fn a_share_takes_only_the_buckets_that_it_needs(
        before in splits(), id in 0..IDS.len(), share in 0..=BUCKETS,
    ) {
        let mut after = before.clone();
        after.set_share(IDS[id], share);
        prop_assert!(is_valid(&after));
        prop_assert_eq!(after.share(Some(IDS[id])), share);
        let had = before.share(Some(IDS[id]));
        let taken = share.saturating_sub(had).saturating_sub(before.share(None));
        let Impact { gain, switch, lose } = after.impact(&before);
        prop_assert_eq!(switch, taken);
        prop_assert_eq!(lose, had.saturating_sub(share));
        prop_assert_eq!(gain, share.saturating_sub(had) - taken);
    }

    #[test]
    fn moving_a_border_changes_only_its_two_segments(
        before in splits(), border in 0..14usize, to in 0..=BUCKETS,
    ) {
        let mut after = before.clone();
        after.move_border(border, to);
        after.join();
        prop_assert!(is_valid(&after));
        let at = before.borders().get(border).copied();
        let Impact { gain, switch, lose } = after.impact(&before);
        prop_assert!(gain + switch + lose <= at.map_or(0, |at| at.abs_diff(to)));
    }

    #[test]
    fn ramping_takes_away_no_more_variants_than_necessary(before in splits(), allocated in 0..=BUCKETS) {
        let mut after = before.clone();
        after.ramp(&IDS, allocated);
        prop_assert!(is_valid(&after));
        prop_assert_eq!(after.allocated(), allocated);
        let had = before.allocated();
        let Impact { gain, switch, lose } = after.impact(&before);
        prop_assert_eq!((gain, switch, lose), (allocated.saturating_sub(had), 0, had.saturating_sub(allocated)));
        if had > 0 {
            for id in IDS {
                let (share, exact) = (after.share(Some(id)), u64::from(before.share(Some(id)) * allocated));
                let off = (u64::from(share * had)).abs_diff(exact);
                prop_assert!(off < u64::from(had), "in proportion, but for rounding");
            }
        }
    }

    #[test]
    fn only_retained_variants_keep_their_buckets(before in splits(), kept in 0..=IDS.len()) {
        let mut after = before.clone();
        after.retain(&IDS[..kept]);
        prop_assert!(is_valid(&after));
        for (place, id) in IDS.iter().enumerate() {
            prop_assert_eq!(after.share(Some(id)), if place < kept { before.share(Some(id)) } else { 0 });
        }
    }
}
