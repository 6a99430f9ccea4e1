//! The entry point in the browser.

use std::panic;

use leptos::{logging, mount::hydrate_body};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;

/// Hydrates the page that the server rendered. Runs when the module has been loaded.
#[wasm_bindgen(start)]
fn start() {
    // A panic is reported in the browser's console.
    panic::set_hook(Box::new(|info| logging::error!("{info}")));
    hydrate_body(App);
}
