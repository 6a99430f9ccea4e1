//! Embeds the files that `cargo xtask dashboard` built. Without them, pages explain how to build them.

use std::{
    env, fs,
    io::Result,
    path::{Path, PathBuf},
    str::Split,
};

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=dist");
    let directory = |name| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let dist = directory("CARGO_MANIFEST_DIR").join("dist");
    fs::write(directory("OUT_DIR").join("assets.rs"), embedded(&dist)?)
}

fn embedded(dist: &Path) -> Result<String> {
    let mut names = Vec::new();
    if dist.is_dir() {
        for entry in fs::read_dir(dist)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let (mut assets, mut count) = (String::new(), 0);
    for name in names.iter().filter(|name| names.contains(&format!("{name}.br"))) {
        let content_type = match name.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("wasm") => "application/wasm",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let bytes = |name: &str| format!("include_bytes!({:?})", dist.join(name));
        assets += &format!(
            "Asset {{ name: {name:?}, content_type: {content_type:?}, content: Constant::with_brotli({}, {}) }},\n",
            bytes(name),
            bytes(&format!("{name}.br"))
        );
        count += 1;
    }
    let url = |name: &str| format!("/assets/{name}");
    let find = |extension| names.iter().find(|name| name.ends_with(extension)).map(|name| url(name));
    // A line for the module, and one for each of its parts: the name and the files.
    let parts = fs::read_to_string(dist.join("parts.txt")).unwrap_or_default();
    let mut lines = parts.lines().map(|line| line.split(' '));
    let module = lines.next().and_then(|mut words| words.nth(1)).map(url);
    let links = match (find(".css"), find(".js"), module) {
        (Some(style), Some(script), Some(module)) => {
            let part = |mut words: Split<'_, char>| {
                let name = words.next().unwrap_or_default();
                format!("({name:?}, &{:?})", words.map(url).collect::<Vec<_>>())
            };
            let parts = lines.map(part).collect::<Vec<_>>().join(", ");
            format!(
                "Some(Links {{ style: {style:?}, script: {script:?}, module: {module:?}, parts: &[{parts}] }})"
            )
        }
        _ => "None".to_owned(),
    };
    Ok(format!("static ASSETS: [Asset; {count}] = [\n{assets}];\nconst LINKS: Option<Links> = {links};\n"))
}
