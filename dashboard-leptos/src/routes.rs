//! The table of pages: the path of a page, and the parts of the module that browsers load for it.

use std::{borrow::Cow, collections::HashSet};

use leptos::{
    children::ToChildren,
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};
use leptos_router::{
    ChooseView, GeneratedRouteData, MatchInterface, MatchNestedRoutes, MatchParams, Method, PathSegment,
    RouteMatchId, SsrMode,
    components::{FlatRoutes, FlatRoutesProps},
};

use crate::{
    pages::{self, NotFoundPage},
    parts::{Arriving, arrived, is_displayed},
};

/// A part that a page displays later than itself: its name, and the function that loads it.
type Later = (&'static str, fn() -> Arriving<()>);

/// A row of the table.
#[derive(Clone, Copy)]
struct Page {
    /// The path below the base. A segment with a colon stands for any text, and is a parameter of the page.
    path: &'static str,
    /// The part that contains the page.
    part: &'static str,
    /// Loads the part, and renders the page.
    view: fn() -> Arriving<AnyView>,
    /// The part that the page displays later than itself, and the function that loads it.
    later: Option<Later>,
}

/// Makes a row from a path, the name of a part, and the page.
macro_rules! page {
    ($path:literal, $part:ident, $page:ident) => {
        page!(@ $path, $part, $page, None)
    };
    ($path:literal, $part:ident, $page:ident, later $later:ident) => {{
        #[wasm_split($later, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $later() -> Result<(), SplitLoaderError> {
            Ok(())
        }
        page!(@ $path, $part, $page, Some((stringify!($later), || Box::pin($later()))))
    }};
    (@ $path:literal, $part:ident, $page:ident, $later:expr) => {{
        #[allow(non_snake_case, reason = "the name of the component")]
        #[wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        fn $page() -> Result<AnyView, SplitLoaderError> {
            Ok(pages::$page().into_any())
        }
        Page { path: $path, part: stringify!($part), view: || Box::pin($page()), later: $later }
    }};
}

/// All pages.
static PAGES: [Page; 8] = [
    page!("/", lists, Overview),
    page!("/experiments", lists, Experiments),
    page!("/experiments/new", wizard, NewExperiment),
    page!("/experiments/:id", experiment, ExperimentPage, later editors),
    page!("/audiences", lists, Audiences),
    // The id `new` stands for a new audience.
    page!("/audiences/:id", audience, AudiencePage),
    page!("/environments", lists, Environments),
    page!("/environments/:id", environment, EnvironmentPage),
];

/// Returns the names of all parts of the page at a path below the base: the part that it needs comes first.
pub(crate) fn parts_of_page(path: &str) -> impl Iterator<Item = &'static str> {
    let page = PAGES.iter().find(|page| page.parameters(path).is_some());
    page.into_iter().flat_map(|page| [Some(page.part), page.later.map(|(name, _)| name)]).flatten()
}

impl Page {
    fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// Returns the parameters of the page in a path; `None` if the path is another page's.
    fn parameters(&self, path: &str) -> Option<Vec<(Cow<'static, str>, String)>> {
        let mut parameters = Vec::new();
        let mut given = path.strip_suffix('/').unwrap_or(path).split('/').skip(1);
        for segment in self.segments() {
            let text = given.next()?;
            match segment.strip_prefix(':') {
                Some(name) if !text.is_empty() => parameters.push((name.into(), text.to_owned())),
                None if text == segment => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(parameters)
    }
}

/// The routes: all rows have one type, so that another page adds a row and no code.
#[derive(Clone)]
struct Routes(Vec<RouteMatchId>);

/// A page, for a path.
struct Matched {
    id: RouteMatchId,
    page: Page,
    path: String,
    parameters: Vec<(Cow<'static, str>, String)>,
}

impl MatchNestedRoutes for Routes {
    type Data = ();
    type Match = Matched;

    fn match_nested<'a>(&'a self, path: &'a str) -> (Option<(RouteMatchId, Matched)>, &'a str) {
        let matched = PAGES.iter().zip(&self.0).find_map(|(page, id)| {
            let parameters = page.parameters(path)?;
            Some((*id, Matched { id: *id, page: *page, path: path.to_owned(), parameters }))
        });
        let remaining = if matched.is_some() { "" } else { path };
        (matched, remaining)
    }

    fn generate_routes(&self) -> impl IntoIterator<Item = GeneratedRouteData> + '_ {
        PAGES.iter().map(|page| GeneratedRouteData {
            segments: page
                .segments()
                .map(|segment| match segment.strip_prefix(':') {
                    Some(name) => PathSegment::Param(name.into()),
                    None => PathSegment::Static(segment.into()),
                })
                .collect(),
            // Pages are sent complete, so that they are readable without scripts and their layout does not shift.
            ssr_mode: SsrMode::Async,
            methods: HashSet::from([Method::Get]),
            regenerate: Vec::new(),
        })
    }

    fn optional(&self) -> bool {
        false
    }
}

impl MatchParams for Matched {
    fn to_params(&self) -> Vec<(Cow<'static, str>, String)> {
        self.parameters.clone()
    }
}

impl MatchInterface for Matched {
    type Child = ();

    fn as_id(&self) -> RouteMatchId {
        self.id
    }

    fn as_matched(&self) -> &str {
        &self.path
    }

    fn into_view_and_child(self) -> (impl ChooseView, Option<()>) {
        (self.page, None)
    }
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        // A page that follows another comes as a whole, so that nothing moves.
        if let Some((_, load)) = self.later.filter(|_| is_displayed()) {
            arrived(load()).await;
        }
        arrived((self.view)()).await
    }

    async fn preload(&self) {}
}

/// Returns all routes. (A plain function: a component would add code in the browser.)
pub(crate) fn page_routes() -> impl IntoView {
    let routes = Routes(PAGES.iter().map(|_| RouteMatchId::new_from_route_id()).collect());
    FlatRoutes(
        FlatRoutesProps::builder()
            .fallback(NotFoundPage)
            .children(ToChildren::to_children(|| routes))
            .build(),
    )
}
