//! Which modules must not use which others.
//!
//! The check follows names, through re-exports, to the file that defines them. A type alias and a method call are not
//! followed.

use std::collections::BTreeMap;

use super::{finding::Finding, graph::Mention, names::Names};

/// Modules, and modules that they must not use.
struct Boundary {
    /// Paths of modules, without `.rs`. Child modules are included.
    from: &'static [&'static str],
    to: &'static [&'static str],
    remedy: &'static str,
}

/// The layers of crates. A new module in a layer needs no line; a new layer does.
const BOUNDARIES: [Boundary; 8] = [
    // control: routes -> services -> publisher -> store
    Boundary {
        from: &["control/src/routes", "control/src/demo", "crates/import", "dashboard-leptos", "gateway"],
        to: &["control/src/store", "control/src/publisher"],
        remedy: "only services may use the store and the publisher: call a service, and use types of the service",
    },
    Boundary {
        from: &["control/src/services"],
        to: &["control/src/routes"],
        remedy: "a service must not use routes: move shared code to a module below both",
    },
    Boundary {
        from: &["control/src/publisher"],
        to: &["control/src/services", "control/src/routes"],
        remedy: "services call the publisher, not the other way round: pass values to the publisher",
    },
    Boundary {
        from: &["control/src/store"],
        to: &["control/src/services", "control/src/publisher", "control/src/routes"],
        remedy: "the store must not use layers above it: pass values to the store, and return rows",
    },
    // dashboard-leptos: pages -> components -> model
    Boundary {
        from: &["dashboard-leptos/src/model"],
        to: &[
            "dashboard-leptos/src/components",
            "dashboard-leptos/src/pages",
            "dashboard-leptos/src/calls",
            "dashboard-leptos/src/transport",
            "dashboard-leptos/src/rendered",
            "dashboard-leptos/src/server",
            "dashboard-leptos/src/routes",
            "dashboard-leptos/src/app",
        ],
        remedy: "the model must not use components, pages or the server: pass values, or move the code to a page",
    },
    Boundary {
        from: &["dashboard-leptos/src/components"],
        to: &["dashboard-leptos/src/pages", "dashboard-leptos/src/routes", "dashboard-leptos/src/app"],
        remedy: "components must not use pages: pass a property",
    },
    Boundary {
        from: &["dashboard-leptos/src/pages"],
        to: &[
            "dashboard-leptos/src/routes",
            "dashboard-leptos/src/app",
            "dashboard-leptos/src/server/router",
        ],
        remedy: "pages must not use the modules that mount pages: move shared code to the model or the components",
    },
    Boundary {
        from: &["dashboard-leptos/src/server/context"],
        to: &["dashboard-leptos/src/pages"],
        remedy: "pages use the server's context, not the other way round: move the code to a page",
    },
];

pub(super) fn check(mentions: &[Mention]) -> Vec<Finding> {
    BOUNDARIES.iter().flat_map(|boundary| boundary.check(mentions)).collect()
}

/// Returns the modules that rules name.
pub(super) fn rule_paths() -> Vec<&'static str> {
    BOUNDARIES.iter().flat_map(|boundary| boundary.from.iter().chain(boundary.to)).copied().collect()
}

impl Boundary {
    /// Returns a finding for each file that crosses the boundary.
    fn check(&self, mentions: &[Mention]) -> Vec<Finding> {
        let mut found: BTreeMap<(&str, &str), Names<'_>> = BTreeMap::new();
        for mention in mentions {
            if let Some(module) = self.crossed_into(mention) {
                found.entry((&mention.file, module)).or_default().add(&mention.name, mention.line);
            }
        }
        let finding = |((file, module), names): (_, Names<'_>)| {
            Finding::new(file, names.first_line(), format!("uses {module}: {names}"), self.remedy)
        };
        found.into_iter().map(finding).collect()
    }

    /// Returns the module that a mention must not use.
    fn crossed_into(&self, mention: &Mention) -> Option<&'static str> {
        if !self.from.iter().any(|module| is_in(module, &mention.file)) {
            return None;
        }
        let mut files = mention.defined_in.iter().chain(&mention.through);
        files.find_map(|file| self.to.iter().find(|module| is_in(module, file)).copied())
    }
}

/// Returns whether a file belongs to a module or to its child modules.
fn is_in(module: &str, file: &str) -> bool {
    file.strip_prefix(module).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

#[cfg(test)]
mod tests {
    use super::{
        super::graph::{Crate, Mentions},
        *,
    };

    /// The findings in these files.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let library = |name: &str, root: &str| Crate { name: Some(name.to_owned()), root: root.to_owned() };
        let crates = [
            library("edgewise_control", "control/src/lib.rs"),
            library("edgewise_import", "crates/import/src/lib.rs"),
            library("edgewise_dashboard", "dashboard-leptos/src/lib.rs"),
            library("edgewise", "gateway/src/lib.rs"),
        ];
        let findings = check(&Mentions::read(&files, &crates).all);
        findings
            .iter()
            .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.problem))
            .collect()
    }

    const CONTROL: [(&str, &str); 5] = [
        (
            "control/src/lib.rs",
            "pub mod routes; pub mod services; pub mod publisher; pub mod store; mod control;",
        ),
        ("control/src/store/mod.rs", "mod rows; pub use rows::Row; pub use foreign::Pool;"),
        ("control/src/store/rows.rs", "pub struct Row;"),
        (
            "control/src/services.rs",
            "use crate::{publisher::Publisher, store::Row}; pub struct Services(Publisher, Row);",
        ),
        ("control/src/publisher.rs", "use crate::store::Row; pub struct Publisher(Row);"),
    ];

    /// A file of each crate that uses the control plane.
    const OUTSIDE: [&str; 3] =
        ["crates/import/src/lib.rs", "dashboard-leptos/src/lib.rs", "gateway/src/lib.rs"];

    /// Returns the findings in the control plane, after adding or replacing files.
    fn in_control(files: &[(&str, &str)]) -> Vec<String> {
        let mut all = BTreeMap::from(CONTROL);
        all.extend(files.iter().copied());
        found(&all.into_iter().collect::<Vec<_>>())
    }

    #[test]
    fn layers_that_use_those_below_pass() {
        let routes = [("control/src/routes.rs", "use crate::services::Services; fn f(x: Services) {}")];
        assert_eq!(in_control(&routes), [""; 0]);
        // `Control` builds all layers.
        let control = [("control/src/control.rs", "use crate::{publisher::Publisher, store::Row};")];
        assert_eq!(in_control(&control), [""; 0]);
    }

    #[test]
    fn use_of_the_store_above_services_is_found() {
        let routes = [("control/src/routes.rs", "\nuse crate::store::Row;\nfn f(row: Row) {}")];
        assert_eq!(
            in_control(&routes),
            ["control/src/routes.rs:2 uses control/src/store: `crate::store::Row` (line 2)"]
        );
        for file in OUTSIDE {
            assert_eq!(
                in_control(&[(file, "fn f(row: &edgewise_control::store::Row) {}")]).len(),
                1,
                "{file}"
            );
            // An item of another crate, named through the store.
            assert_eq!(in_control(&[(file, "use edgewise_control::store::Pool;")]).len(), 1, "{file}");
            assert_eq!(in_control(&[(file, "use edgewise_control::services::Services;")]), [""; 0], "{file}");
        }
    }

    #[test]
    fn use_of_the_publisher_outside_of_the_control_plane_is_found() {
        for file in OUTSIDE {
            let publisher = "use edgewise_control::publisher::Publisher;";
            assert_eq!(in_control(&[(file, publisher)]).len(), 1, "{file}");
        }
    }

    #[test]
    fn use_of_the_store_through_a_re_export_is_found() {
        let services = ("control/src/services.rs", "pub use crate::store::Row;");
        let routes = ("control/src/routes.rs", "use crate::services::Row;");
        assert_eq!(in_control(&[services, routes]).len(), 1);
    }

    #[test]
    fn use_of_a_higher_layer_is_found() {
        for (file, text) in [
            ("control/src/routes.rs", "use crate::publisher::Publisher;"),
            ("control/src/services.rs", "use crate::routes;"),
            ("control/src/publisher.rs", "use crate::services::Services;"),
            ("control/src/store/rows.rs", "use crate::{publisher::Publisher, services::Services};"),
        ] {
            let routes = ("control/src/routes.rs", "");
            assert!(!in_control(&[routes, (file, text)]).is_empty(), "{file}");
        }
    }

    #[test]
    fn use_of_a_higher_layer_of_the_dashboard_is_found() {
        let with = |file, text| {
            let mut files = BTreeMap::from([
                (
                    "dashboard-leptos/src/lib.rs",
                    "mod pages; mod components; mod model; mod calls; mod server;",
                ),
                ("dashboard-leptos/src/pages/mod.rs", "pub struct Page;"),
                ("dashboard-leptos/src/components.rs", "pub struct Field;"),
                ("dashboard-leptos/src/model.rs", "pub struct Split;"),
                ("dashboard-leptos/src/calls.rs", "pub fn load() {}"),
                ("dashboard-leptos/src/server/mod.rs", "mod context; mod routes;"),
                ("dashboard-leptos/src/server/context.rs", ""),
                ("dashboard-leptos/src/server/routes.rs", ""),
            ]);
            files.insert(file, text);
            found(&files.into_iter().collect::<Vec<_>>()).len()
        };
        let all = "use crate::{calls::load, components::Field, model::Split};";
        assert_eq!(with("dashboard-leptos/src/pages/mod.rs", all), 0);
        assert_eq!(with("dashboard-leptos/src/components.rs", "use crate::{calls::load, model::Split};"), 0);
        assert_eq!(with("dashboard-leptos/src/server/routes.rs", "use crate::pages::Page;"), 0);
        assert_eq!(with("dashboard-leptos/src/server/context.rs", "use crate::pages::Page;"), 1);
        assert_eq!(with("dashboard-leptos/src/components.rs", "use crate::pages::Page;"), 1);
        assert_eq!(with("dashboard-leptos/src/model.rs", "use crate::calls::load;"), 1);
        assert_eq!(with("dashboard-leptos/src/model.rs", "fn f(field: crate::components::Field) {}"), 1);
    }
}
