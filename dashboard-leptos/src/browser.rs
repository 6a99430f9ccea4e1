//! Where the dashboard begins in a browser.

use std::panic;

use leptos::{logging, mount::hydrate_body};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;

/// Brings the page that the server has rendered to life. Runs once the module is loaded.
#[wasm_bindgen(start)]
fn start() {
    // A page that breaks says why, in the browser's console.
    panic::set_hook(Box::new(|info| logging::error!("{info}")));
    hydrate_body(App);
}
