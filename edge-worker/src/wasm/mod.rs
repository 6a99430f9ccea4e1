//! The code that uses the runtime: reads requests, builds responses, fetches, caches and waits.
//!
//! A decision from a loaded ruleset returns synchronously, without a promise, and with as few calls between WASM and
//! JavaScript as possible; other routes are not optimized. Nothing is awaited across requests: in this runtime, I/O belongs
//! to the request that began the I/O, and ends with that request. A request that waits for another request's poll checks
//! the isolate's state by timers of its own.

mod background;
mod body;
mod cache;
mod configs;
mod deciding;
mod exposures;
mod fetch;
mod polling;
mod response;
mod state;
mod store;
mod time;
