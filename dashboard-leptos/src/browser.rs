//! The entry point in the browser, which `browser/start.js` calls.

use std::panic;

use leptos::{logging, mount::mount_to, web_sys::HtmlElement};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    app::App,
    base::base,
    components::{Toasts, Tone},
    routes::parts_of_page,
};

/// Smaller than the standard library's, which is 7 kB.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Prepares an instance.
#[wasm_bindgen(start)]
fn start() {
    // A panic is reported in the browser's console.
    panic::set_hook(Box::new(|info| logging::error!("{info}")));
}

/// Returns the names of the parts of the page at a path of the server, with spaces in between.
#[wasm_bindgen(js_name = partsOf)]
pub fn parts_of(path: &str) -> String {
    let path = path.strip_prefix(&*base()).unwrap_or(path);
    parts_of_page(path).collect::<Vec<_>>().join(" ")
}

/// Renders the dashboard into a container outside of the document. `again` says that this instance replaces one that has died.
#[wasm_bindgen]
pub fn mount(container: HtmlElement, again: bool) {
    let app = move || {
        let app = App();
        if again {
            Toasts::from_context().show(
                Tone::Warning,
                "The page had a fault and was loaded again. Check your entries before you save them",
            );
        }
        app
    };
    mount_to(container, app).forget();
}
