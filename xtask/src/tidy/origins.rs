//! Lock files with public registries only, and no path of the machine that a file was written on.

use super::{finding::Finding, paths};

/// The public registries, as cargo and npm write them into lock files.
const CARGO_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";

/// Parts of the addresses of package registries and mirrors, and of settings that select one.
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

/// Directories that differ between machines.
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
    let remedy = "remove the mirror from the configuration, and write the lock file again";
    match file {
        "Cargo.lock" => {
            let source = text.strip_prefix("source = ")?.trim_matches('"');
            (source != CARGO_REGISTRY).then(|| Finding::new(path, line, format!("locks `{source}`"), remedy))
        }
        "package-lock.json" => {
            let source = text.trim_start().strip_prefix("\"resolved\": \"")?;
            let foreign = source.contains("://") && !source.starts_with(NPM_REGISTRY);
            foreign.then(|| Finding::new(path, line, format!("locks `{source}`"), remedy))
        }
        _ => {
            if let Some(registry) = REGISTRIES.iter().find(|registry| text.contains(**registry)) {
                let remedy = "configure the registry on the machine, not in the repository";
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

/// Returns whether a text contains an absolute path that begins with `directory`. `/home/` in `docs/home/` or in a URL
/// is not one.
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
    fn other_sources_in_cargo_lock_are_found() {
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        let mirror = "source = \"sparse+https://mirror.example/index/\"";
        let git = "source = \"git+https://github.com/somebody/fork\"";
        assert_eq!(lines(&check("Cargo.lock", &[public, mirror, git].join("\n"))), [2, 3]);
    }

    #[test]
    fn other_sources_in_package_lock_are_found() {
        let public = "  \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",";
        let mirror = "  \"resolved\": \"https://npm.example/a/-/a-1.0.0.tgz\",";
        let link = "  \"resolved\": \"pkg\",";
        assert_eq!(lines(&check("wasm-pkg/package-lock.json", &[public, mirror, link].join("\n"))), [2]);
    }

    #[test]
    fn registries_in_other_files_are_found() {
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
