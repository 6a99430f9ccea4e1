//! Where the dashboard begins in a browser.

use leptos::mount::hydrate_body;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::App;

/// Brings the page that the server has rendered to life. Runs once the module is loaded.
#[wasm_bindgen(start)]
fn start() {
    hydrate_body(App);
}
