//! `edgewise-bindgen INPUT.wasm DIRECTORY NAME`: writes the JavaScript side of a WASM module that uses wasm-bindgen.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut next = || arguments.next().context("usage: edgewise-bindgen INPUT.wasm DIRECTORY NAME");
    let (input, directory, name) = (next()?, next()?, next()?);
    Bindgen::new()
        .input_path(input)
        .out_name(&name.to_string_lossy())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // A panicked instance can be replaced.
        .reset_state_function(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(directory)
}
