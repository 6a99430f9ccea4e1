//! What touches the runtime: reading requests, building answers, fetching, caching, waiting.
//!
//! A decision from what is loaded is answered at once, without a promise, and with as few calls between WASM and
//! JavaScript as possible; all else may take its time. Nothing is awaited across requests: in this runtime, I/O belongs to
//! the request that began it, and dies with it. Requests that wait for another's look ask the isolate's memory, by timers
//! of their own.

mod answer;
mod background;
mod body;
mod configs;
mod deciding;
mod fetch;
mod look;
mod report;
mod shared;
mod state;
mod store;
mod time;
