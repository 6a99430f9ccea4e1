//! Reading query strings and page parameters.

use edgewise_api::{page::PageRequest, query::Query};

fn page(query: &str) -> Result<(i64, i64), String> {
    let page = PageRequest::from_query(&Query::parse(query));
    page.map(|page| (page.limit(), page.offset())).map_err(|error| error.message)
}

#[test]
fn values_are_percent_decoded_and_plus_is_a_space() {
    let query = Query::parse("a=%7B%22x%22%3A1%7D&b=x+y%2Bz&c&&d==");
    assert_eq!(query.optional("a").unwrap(), Some("{\"x\":1}"));
    assert_eq!(query.optional("b").unwrap(), Some("x y+z"));
    assert_eq!(query.optional("c").unwrap(), Some(""));
    assert_eq!(query.optional("d").unwrap(), Some("="));
    assert_eq!(query.optional("e").unwrap(), None);
    assert_eq!(Query::parse("a=%c3%A9").optional("a").unwrap(), Some("é"));
}

#[test]
fn a_component_with_an_invalid_escape_stays_as_it_was_written() {
    for written in ["Ren%E9", "100%", "%c3%A9%zz", "%7B%4", "%c3", "%c3%41", "%ED%A0%80", "%c0%80", "%ff%fe"]
    {
        let query = format!("user_key={written}&{written}=x&other=%41");
        let query = Query::parse(&query);
        assert_eq!(query.optional("user_key").unwrap(), Some(written));
        assert_eq!(query.optional(written).unwrap(), Some("x"));
        assert_eq!(query.optional("other").unwrap(), Some("A"), "other components are decoded");
    }
    assert_eq!(Query::parse("a=x+y%E9").optional("a").unwrap(), Some("x y%E9"));
}

#[test]
fn bad_parameters_are_named() {
    let query = Query::parse("a=1&a=2&n=%00&empty=");
    assert_eq!(query.optional("a").unwrap_err().message, "`a` is given more than once");
    assert_eq!(query.optional("n").unwrap_err().message, "`n` must not contain a NUL character");
    assert_eq!(query.required("empty").unwrap_err().message, "`empty` must not be empty");
    assert_eq!(query.required("none").unwrap_err().message, "`none` is required");
}

#[test]
fn a_page_needs_both_parameters_or_none() {
    assert_eq!(page(""), Ok((20, 0)));
    assert_eq!(page("page=3&pageSize=10"), Ok((10, 20)));
    assert_eq!(page("page=1"), Err("`pageSize` is required if `page` is given".to_owned()));
    assert_eq!(page("pageSize=1"), Err("`page` is required if `pageSize` is given".to_owned()));
    assert_eq!(page("page=9007199254740992&pageSize=100"), Ok((100, 9_007_199_254_740_991 * 100)));
    for bad in
        ["page=9007199254740993&pageSize=1", "page=0&pageSize=1", "page=-1&pageSize=1", "page=x&pageSize=1"]
    {
        assert_eq!(
            page(bad),
            Err("`page` must be an integer from 1 to 9007199254740992".to_owned()),
            "{bad}"
        );
    }
    for bad in [
        "page=1&pageSize=0",
        "page=1&pageSize=101",
        "page=1&pageSize=1.5",
        "page=1&pageSize=%2B1",
        "page=1&pageSize=",
    ] {
        assert_eq!(page(bad), Err("`pageSize` must be an integer from 1 to 100".to_owned()), "{bad}");
    }
}

#[test]
fn the_last_page_may_be_short_and_an_empty_list_has_no_pages() {
    let page = PageRequest::from_query(&Query::default()).unwrap();
    let total_pages = |total| page.respond(Vec::<()>::new(), total).pagination.total_pages;
    assert_eq!((total_pages(0), total_pages(20), total_pages(21)), (0, 1, 2));
}

#[test]
fn a_page_has_at_least_one_row() {
    for page in [PageRequest::up_to(0), PageRequest::first(0), PageRequest::of(0, 0)] {
        let empty = page.respond(Vec::<u8>::new(), 3);
        assert_eq!((page.limit(), page.offset(), empty.pagination.total_pages), (1, 0, 3));
    }
}
