//! `cargo xtask dashboard`: builds the dashboard's browser files. Building `edgewise` with the feature `dashboard`
//! embeds the files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    bindgen, parts,
    record::{Record, digest},
};
use crate::{cargo, install, node};

/// The compilation target of the browser side.
const TARGET: &str = "wasm32-unknown-unknown";
/// The profile of the browser side in Cargo.toml.
const PROFILE: &str = "dashboard";
/// The directory of the sources. The output is in `dist` below.
const DASHBOARD: &str = "dashboard-leptos";
/// The options of wasm-opt. The result of `-Oz` is smaller, but larger once it is compressed.
const OPTIMIZE: [&str; 1] = ["-Os"];
/// The JavaScript module from which the WASM module imports the functions that load its parts.
const LOADERS: &str = "edgewise-loaders";

/// Builds the browser files where they are missing or outdated.
///
/// # Errors
/// If a tool is missing or fails, or a file is larger than its budget.
pub(crate) fn build() -> Result<()> {
    install::target(TARGET, "to compile the dashboard")?;
    node::install(node::TOOLS)?;
    let mut module = compile("rustc", &["--quiet", "--lib", "--crate-type", "cdylib"])?;
    // The splitter moves code, so it must know all addresses in the code.
    cargo::run(module.args(["--", "-Clink-args=--emit-relocs"]))?;
    let built = cargo::target_directory()?.join(TARGET).join(PROFILE);
    let module = built.join("edgewise_dashboard.wasm");
    let generated = built.join("browser");

    let glue = generated.join("edgewise.js");
    let parts = make_parts(&module, &generated)?;
    let sources = cargo::root()?.join(DASHBOARD);
    let (script, style) = (generated.join("script.js"), generated.join("style.css"));
    let silent = generated.join("silent.js");
    silence_replaced_instances(&glue, &silent)?;
    let (loaders, files) = write_tables(&parts, &generated, &sources.join("browser/parts.js"))?;
    let aliases = [("edgewise-glue", &silent), (LOADERS, &loaders), ("edgewise-files", &files)]
        .map(|(name, file)| format!("--alias:{name}={}", file.display()));
    // The glue imports the scripts that lie beside components.
    let options = [["--bundle", "--format=esm"].map(str::to_owned).as_slice(), &aliases].concat();
    minify(&sources.join("browser/start.js"), &script, &options)?;
    minify(&sources.join("style/index.css"), &style, &["--bundle".to_owned()])?;

    write_assets(&generated, &parts, &[&style, &script])
}

/// A part of the module: its name and its files. The main part comes first.
type Part = (String, Vec<PathBuf>);

/// Splits the module into parts, and optimizes their files. Optimizing takes longer than compiling after a small change, so the files
/// of an unchanged module are kept.
fn make_parts(module: &Path, generated: &Path) -> Result<Vec<Part>> {
    let (small, list) = (generated.join("small"), generated.join("small/parts.txt"));
    fs::create_dir_all(&small).with_context(|| format!("cannot create {}", small.display()))?;
    let made =
        || -> Result<Vec<PathBuf>> { Ok([vec![generated.join("edgewise.js")], files_in(&small)?].concat()) };
    let recipe = bindgen::recipe(&OPTIMIZE)? + &parts::recipe();
    let record = Record::new(generated.join("optimized.record"), &recipe, &[module])?;
    let paths = |files: &[PathBuf]| record.covers(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    if !list.exists() || !paths(&made()?) {
        for file in files_in(&small)? {
            fs::remove_file(&file).with_context(|| format!("cannot delete {}", file.display()))?;
        }
        bindgen::write(module, "edgewise", generated, Some(LOADERS))?;
        let (main, split) = (generated.join("edgewise_bg.wasm"), generated.join("parts"));
        let size = fs::metadata(&main).with_context(|| format!("cannot read {}", main.display()))?.len();
        let groups = parts::groups(&split, size)?;
        for group in &groups {
            parts::write(group, &split, &main, &small.join(group.name()).with_extension("wasm"), &OPTIMIZE)?;
        }
        fs::write(&list, parts::needs(&groups))
            .with_context(|| format!("cannot write {}", list.display()))?;
        record.write(&made()?.iter().map(PathBuf::as_path).collect::<Vec<_>>())?;
    }
    let text = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let part = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        let name = words.next().unwrap_or_default();
        (name, words.map(|file| small.join(file).with_extension("wasm")).collect())
    };
    Ok(text.lines().map(part).collect())
}

/// Writes what the script must know about the parts: the functions by which the module loads them, and the names of their files. Returns
/// the paths of both.
fn write_tables(parts: &[Part], generated: &Path, loader: &Path) -> Result<(PathBuf, PathBuf)> {
    let (mut loaders, mut files) =
        (format!("import {{ loaderOf }} from {:?};\n", loader), "export const FILES = {\n".to_owned());
    for (name, own) in parts.iter().skip(1) {
        loaders += &format!("export const __wasm_split_load_{name} = loaderOf({name:?});\n");
        // As assets.mjs names them.
        let names = own
            .iter()
            .map(|file| Ok(format!("edgewise-{}.wasm", digest(file)?.get(..16).unwrap_or_default())));
        files += &format!("{name:?}: {:?},\n", names.collect::<Result<Vec<_>>>()?);
    }
    files += "};\n";
    let write = |name: &str, text: String| {
        let file = generated.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok::<_, anyhow::Error>(file)
    };
    Ok((write("loaders.js", loaders)?, write("files.js", files)?))
}

/// Writes the glue with listeners that do nothing after their instance was replaced. As generated, each call of them would be an
/// error in the browser's console.
fn silence_replaced_instances(glue: &Path, to: &Path) -> Result<()> {
    const LOUD: &str = "throw new Error('Cannot invoke closure from previous WASM instance');";
    let text = fs::read_to_string(glue).with_context(|| format!("cannot read {}", glue.display()))?;
    ensure!(
        text.contains(LOUD),
        "{} checks no instance: look at what wasm-bindgen generates",
        glue.display()
    );
    fs::write(to, text.replace(LOUD, "return;")).with_context(|| format!("cannot write {}", to.display()))
}

/// Writes files and their compressed copies, under the names that browsers load. Compressing takes seconds, so copies
/// of unchanged files are kept.
fn write_assets(generated: &Path, parts: &[Part], others: &[&Path]) -> Result<()> {
    let mut files: Vec<&Path> = others.to_vec();
    let mut text = String::new();
    for (name, own) in parts {
        text += name;
        for file in own {
            text += &format!(" {}", file.display());
            if !files.contains(&file.as_path()) {
                files.push(file);
            }
        }
        text += "\n";
    }
    let list = generated.join("parts.txt");
    fs::write(&list, text).with_context(|| format!("cannot write {}", list.display()))?;
    let root = cargo::root()?;
    let (program, output) = (root.join(DASHBOARD).join("assets.mjs"), root.join(DASHBOARD).join("dist"));
    // The program itself holds the options of compression.
    let compressor = cargo::read(node::node()?.args(["-p", "JSON.stringify(process.versions)"]))?;
    let inputs = [files.as_slice(), &[program.as_path()]].concat();
    let record =
        Record::new(generated.join("compressed.record"), &String::from_utf8_lossy(&compressor), &inputs)?;

    let written = files_in(&output)?;
    let is_current = record.covers(&written.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let mut assets = node::node()?;
    assets.arg(program).args(is_current.then_some("--keep")).arg(&output).arg(&list).args(files);
    cargo::run(&mut assets)?;
    let written = files_in(&output)?;
    record.write(&written.iter().map(PathBuf::as_path).collect::<Vec<_>>())
}

/// Returns the paths of the files in a directory, in the order of their names. A missing directory has no files.
fn files_in(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let entries = directory.read_dir().with_context(|| format!("cannot list {}", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// Returns the command that lints the dashboard for browsers.
///
/// # Errors
/// If the target cannot be installed.
pub(crate) fn clippy() -> Result<Command> {
    install::target(TARGET, "to compile the dashboard")?;
    let mut clippy = compile("clippy", &["--lib"])?;
    clippy.args(["--", "-D", "warnings"]);
    Ok(clippy)
}

fn compile(subcommand: &str, arguments: &[&str]) -> Result<Command> {
    let mut compile = cargo::cargo([subcommand, "--package", "edgewise-dashboard"])?;
    compile.args(["--profile", PROFILE, "--target", TARGET]).args(arguments);
    Ok(compile)
}

fn minify(file: &Path, to: &Path, options: &[String]) -> Result<()> {
    let mut esbuild = node::tool("esbuild")?;
    esbuild.arg(file).arg(format!("--outfile={}", to.display())).args(options);
    cargo::run_quietly(esbuild.args(["--minify", "--target=es2022", "--log-level=warning"]))
}
