//! What we build on comes from where everybody gets it, and no file knows the machine that it was written on.

use super::{finding::Finding, paths};

/// What cargo and npm write into lock files for their own registries.
const CARGO_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";

/// Parts of the addresses of package registries and their mirrors, and settings that point to one.
const REGISTRIES: [&str; 19] = [
    "artifactory",
    "cnpmjs.org",
    "index.crates.io",
    "static.crates.io",
    "goproxy",
    "jfrog.io",
    "npmmirror",
    "nexus/repository",
    "pypi.org/simple",
    "pythonhosted.org",
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "rsproxy.cn",
    "tuna.tsinghua",
    "verdaccio",
    "replace-with =",
    "sparse+http",
    "index-url",
    "CARGO_REGISTRIES_",
];

/// Directories that only exist on one machine.
const MACHINES: [&str; 5] = ["/root/", "/home/", "/work/", "/Users/", "C:\\Users\\"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    if paths::is_rule(path) {
        return Vec::new();
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    (1..).zip(text.lines()).filter_map(|(line, text)| check_line(path, file, line, text)).collect()
}

fn check_line(path: &str, file: &str, line: usize, text: &str) -> Option<Finding> {
    let find = |problem: String, remedy| Some(Finding::new(path, line, problem, remedy));
    let remedy = "take it from the public registry, and lock again without a mirror configured";
    match file {
        "Cargo.lock" => {
            let source = text.strip_prefix("source = ")?.trim_matches('"');
            (source != CARGO_REGISTRY).then(|| Finding::new(path, line, format!("locks `{source}`"), remedy))
        }
        "package-lock.json" => {
            let source = text.trim_start().strip_prefix("\"resolved\": \"")?;
            let foreign = source.contains("://") && !source.starts_with(NPM_REGISTRY);
            foreign.then(|| Finding::new(path, line, format!("locks `{source}"), remedy))
        }
        _ => {
            if let Some(registry) = REGISTRIES.iter().find(|registry| text.contains(**registry)) {
                let remedy = "which registry a machine uses is that machine's configuration";
                return find(format!("names the package registry `{registry}`"), remedy);
            }
            let machine = MACHINES.iter().find(|machine| names_directory(text, machine))?;
            find(
                format!("names a directory of one machine, `{machine}`"),
                "use a path relative to the repository",
            )
        }
    }
}

/// Whether an absolute path begins with `directory`; `/home/` within `docs/home/` or a URL is none.
fn names_directory(text: &str, directory: &str) -> bool {
    text.match_indices(directory).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let within = |char: char| char.is_alphanumeric() || matches!(char, '.' | '-' | '_' | '/' | '}' | '~');
        before.ends_with("file://") || !before.ends_with(within)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::finding::lines, *};

    #[test]
    fn cargo_locks_only_what_is_public() {
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let mirror = "source = \"sparse+https://mirror.example/index/\"";
        let git = "source = \"git+https://github.com/somebody/fork\"";
        assert_eq!(lines(&check("Cargo.lock", &[public, mirror, git].join("\n"))), [2, 3]);
    }

    #[test]
    fn npm_locks_only_what_is_public() {
        let public = "  \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",";
        let mirror = "  \"resolved\": \"https://npm.example/a/-/a-1.0.0.tgz\",";
        let link = "  \"resolved\": \"pkg\",";
        assert_eq!(lines(&check("wasm-pkg/package-lock.json", &[public, mirror, link].join("\n"))), [2]);
    }

    #[test]
    fn registries_are_named_nowhere_else() {
        for text in ["registry=https://registry.npmjs.org/", "replace-with = \"mirror\"", "pip --index-url x"]
        {
            assert_eq!(lines(&check(".npmrc", text)), [1], "{text}");
        }
        assert_eq!(check("README.md", "published on crates.io and npm"), []);
    }

    #[test]
    fn directories_of_one_machine_are_found() {
        let texts = [
            "/root/x",
            "see (/home/me/x)",
            "\"file:/work/x\"",
            "P=/Users/me/x",
            "C:\\Users\\me",
            "file:///root/x",
        ];
        for text in texts {
            assert_eq!(lines(&check("README.md", text)), [1], "{text}");
        }
        for text in ["docs/home/x", "https://a.example/home/x", "${X}/root/", "/homes/"] {
            assert_eq!(check("README.md", text), [], "{text}");
        }
    }
}
