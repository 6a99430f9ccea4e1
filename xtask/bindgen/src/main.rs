//! `edgewise-bindgen INPUT.wasm DIRECTORY NAME [LINK]`: writes the JavaScript side of a WASM module that uses wasm-bindgen.
//!
//! With the name of a JavaScript module as `LINK`, the module is split first, at the functions that `wasm_split` marks. The parts
//! are in `DIRECTORY/parts`, together with `needs.txt`: a line for each split, of its name and the parts that it needs; and with
//! `imports.wasm`, a module that passes on what the parts import from the main part, so that merged parts import it once.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;
use wasm_encoder::{
    ElementSection, EntityType, ExportKind, ExportSection, ImportSection, Module, RawSection,
};
use wasmparser::{ElementItems, Operator, Parser, Payload};

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut next = || arguments.next().context("usage: edgewise-bindgen INPUT.wasm DIRECTORY NAME [LINK]");
    let (input, directory, name) = (PathBuf::from(next()?), PathBuf::from(next()?), next()?);
    let link = arguments.next();
    let mut bindgen = Bindgen::new();
    match &link {
        // The parts use exports of the main part that only the linker knows.
        Some(link) => {
            let main = split(&input, &directory.join("parts"), &link.to_string_lossy())?;
            bindgen.input_path(main).keep_lld_exports(true).demangle(false)
        }
        None => bindgen.input_path(input),
    };
    bindgen
        .out_name(&name.to_string_lossy())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // A panicked instance can be replaced.
        .reset_state_function(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&directory)?;
    if link.is_some() { finish_main(&directory, &name.to_string_lossy()) } else { Ok(()) }
}

/// Finishes the main part: removes the segments of its table that contain nothing, and gives its imports short names, in the module and
/// in its JavaScript, because hundreds of names with hashes are kilobytes.
fn finish_main(directory: &Path, name: &str) -> Result<()> {
    let (script, module) = (directory.join(format!("{name}.js")), directory.join(format!("{name}_bg.wasm")));
    let own = format!("./{name}_bg.js");
    let mut text =
        fs::read_to_string(&script).with_context(|| format!("cannot read {}", script.display()))?;
    let bytes = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    let mut short = Module::new();
    for payload in Parser::new(0).parse_all(&bytes) {
        let payload = payload?;
        if let Payload::ImportSection(section) = payload {
            let mut imports = ImportSection::new();
            let mut count = 0_u32;
            for import in section.into_imports() {
                let import = import?;
                let kind = EntityType::try_from(import.ty)
                    .map_err(|_| anyhow!("unknown kind of import `{}`", import.name))?;
                let mut name = import.name.to_owned();
                if import.module == own {
                    name = format!("i{count}");
                    count += 1;
                    let key = format!("\n        {}: ", import.name);
                    ensure!(
                        text.matches(&key).count() == 1,
                        "{} has no import `{}`",
                        script.display(),
                        import.name
                    );
                    text = text.replace(&key, &format!("\n        {name}: "));
                }
                imports.import(import.module, &name, kind);
            }
            short.section(&imports);
        } else if let Payload::ElementSection(section) = payload {
            // The splitter fills the places of other parts' functions with null. They are null anyway, and in a merged module these
            // segments come after those of the parts.
            let mut elements = ElementSection::new();
            for element in section {
                let element = element?;
                if !is_null(&element.items)? {
                    let range = usize::try_from(element.range.start)?..usize::try_from(element.range.end)?;
                    elements.raw(bytes.get(range).context("an element is outside of the module")?);
                }
            }
            short.section(&elements);
        } else if let Some((id, range)) = payload.as_section() {
            let data = bytes.get(usize::try_from(range.start)?..usize::try_from(range.end)?);
            let data = data.context("a section is outside of the module")?;
            short.section(&RawSection { id, data });
        }
    }
    fs::write(&script, text).with_context(|| format!("cannot write {}", script.display()))?;
    fs::write(&module, short.finish()).with_context(|| format!("cannot write {}", module.display()))
}

/// Returns whether a segment of a table contains no function.
fn is_null(items: &ElementItems<'_>) -> Result<bool> {
    let ElementItems::Expressions(_, items) = items else { return Ok(false) };
    for item in items.clone() {
        if !matches!(item?.get_operators_reader().read()?, Operator::RefNull { .. }) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Splits a module, and returns the path of the main part.
fn split(input: &Path, directory: &Path, link: &str) -> Result<PathBuf> {
    if directory.exists() {
        fs::remove_dir_all(directory).with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    let module = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
    // Outside of the directory, which then contains the parts alone.
    let main = directory.with_extension("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&module);
    options.output_dir = directory;
    options.main_out_path = &main;
    options.link_name = link;
    let parts = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("cannot split the module: {error:#}"))?;
    // In a fixed order, so that equal modules have equal results.
    let needs: BTreeMap<_, _> = parts.prefetch_map.into_iter().collect();
    let lines = needs.into_iter().map(|(split, parts)| format!("{split} {}\n", parts.join(" ")));
    let file = directory.join("needs.txt");
    fs::write(&file, lines.collect::<String>())
        .with_context(|| format!("cannot write {}", file.display()))?;
    let file = directory.join("imports.wasm");
    fs::write(&file, imports(&parts.split_modules)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(main)
}

/// Returns a module that imports from `main` what these modules import, and exports it under the same names.
fn imports(modules: &[PathBuf]) -> Result<Vec<u8>> {
    let mut all = BTreeMap::<String, EntityType>::new();
    for module in modules {
        let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
        for payload in Parser::new(0).parse_all(&bytes) {
            let Payload::ImportSection(section) = payload? else { continue };
            for import in section.into_imports() {
                let import = import?;
                let kind = EntityType::try_from(import.ty)
                    .map_err(|_| anyhow!("unknown kind of import `{}`", import.name))?;
                all.insert(import.name.to_owned(), kind);
            }
        }
    }
    let (mut imports, mut exports) = (ImportSection::new(), ExportSection::new());
    let (mut memories, mut tables, mut globals) = (0, 0, 0);
    for (name, kind) in &all {
        let (kind, count) = match kind {
            EntityType::Memory(_) => (ExportKind::Memory, &mut memories),
            EntityType::Table(_) => (ExportKind::Table, &mut tables),
            EntityType::Global(_) => (ExportKind::Global, &mut globals),
            _ => bail!(
                "parts of the module import the function `{name}`: they should call functions through the table"
            ),
        };
        exports.export(name, kind, *count);
        *count += 1;
    }
    for (name, kind) in all {
        imports.import("main", &name, kind);
    }
    let mut module = Module::new();
    module.section(&imports).section(&exports);
    Ok(module.finish())
}
