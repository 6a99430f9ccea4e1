//! Building responses.
//!
//! Headers are the most expensive part of a response, so the headers of decisions are built once for each version, age and
//! status, and reused.

use std::cell::RefCell;

use edgewise_api::ApiError;
use wasm_bindgen::JsValue;
use worker::{
    js_sys::Uint8Array,
    web_sys::{Headers, ReadableStream, Request, Response, ResponseInit},
};

use super::{state::with_isolate, time::now_ms};
use crate::{cors, cors::Cors, isolate::Step};

/// The headers of a response, by name.
pub(super) type Fields<'a> = [(&'a str, &'a str)];

const JSON: (&str, &str) = ("content-type", "application/json");
const NO_STORE: (&str, &str) = ("cache-control", "no-store");

/// Returns the options of a response: status and headers.
pub(super) fn init(status: u16, fields: &Fields<'_>) -> ResponseInit {
    let init = ResponseInit::new();
    init.set_status(status);
    if let Ok(headers) = Headers::new() {
        for (name, value) in fields {
            // Invalid values are left out. The worker uses only valid values.
            drop(headers.append(name, value));
        }
        init.set_headers(&headers);
    }
    init
}

/// Builds a response with bytes.
pub(super) fn bytes(init: &ResponseInit, body: &[u8]) -> Response {
    let body = Uint8Array::from(body);
    built(Response::new_with_opt_js_u8_array_and_init(Some(&body), init))
}

/// Builds a response with a stream.
pub(super) fn stream(init: &ResponseInit, body: Option<&ReadableStream>) -> Response {
    built(Response::new_with_opt_readable_stream_and_init(body, init))
}

fn built(response: Result<Response, JsValue>) -> Response {
    // The runtime rejects only invalid statuses and headers, which the worker does not use.
    response.unwrap_or_else(|_| Response::error())
}

/// Builds a JSON response that must not be cached.
pub(super) fn json(status: u16, body: &[u8]) -> Response {
    bytes(&init(status, &[JSON, NO_STORE]), body)
}

/// Builds an error response.
pub(super) fn error(error: &ApiError) -> Response {
    json(error.status(), &error.to_json())
}

/// Builds the responses to a decide request, with CORS headers.
pub(super) struct DecideResponder {
    /// The origin of the request, if responses depend on the origin.
    origin: Option<String>,
}

/// The cached options of decision responses, for one state of a slot.
struct CachedHead {
    index: usize,
    version: u64,
    age_secs: u64,
    stale: bool,
    init: ResponseInit,
}

thread_local! {
    static HEADS: RefCell<Vec<CachedHead>> = const { RefCell::new(Vec::new()) };
}

impl DecideResponder {
    pub(super) fn to(request: &Request) -> Self {
        let varies = with_isolate(|isolate| isolate.settings().cors.varies()).unwrap_or_default();
        let origin = varies.then(|| request.headers().get("origin").ok().flatten().unwrap_or_default());
        Self { origin }
    }

    /// Returns the headers that allow pages to read the response.
    fn cors(&self) -> Vec<(&'static str, String)> {
        let cors = with_isolate(|isolate| isolate.settings().cors.clone()).unwrap_or(Cors::Disabled);
        let mut fields = Vec::new();
        if let Some(origin) = cors.allowed(self.origin.as_deref()) {
            fields.push(("access-control-allow-origin", origin.to_owned()));
            fields.push(("access-control-expose-headers", cors::EXPOSED.to_owned()));
        }
        if cors.varies() {
            fields.push(("vary", "origin".to_owned()));
        }
        fields
    }

    fn init(&self, status: u16, fields: &Fields<'_>) -> ResponseInit {
        let cors = self.cors();
        let cors = cors.iter().map(|(name, value)| (*name, value.as_str()));
        init(status, &fields.iter().copied().chain(cors).collect::<Vec<_>>())
    }

    pub(super) fn error(&self, error: &ApiError) -> Response {
        bytes(&self.init(error.status(), &[JSON, NO_STORE]), &error.to_json())
    }

    pub(super) fn unknown(&self) -> Response {
        self.error(&ApiError::not_found("no such route or method"))
    }

    pub(super) fn preflight(&self) -> Response {
        let fields = [
            ("access-control-allow-methods", "GET, HEAD, POST"),
            ("access-control-allow-headers", "content-type"),
            ("access-control-max-age", "86400"),
        ];
        stream(&self.init(204, &fields), None)
    }

    pub(super) fn step(&self, step: Result<Step, ApiError>) -> Response {
        match step {
            Ok(Step::Respond { body, index }) => self.decided(&body, index),
            Ok(Step::Wait { .. }) => {
                self.error(&ApiError::unavailable("the configuration is still being loaded: try again"))
            }
            Err(error) => self.error(&error),
        }
    }

    /// Builds the response to a decision, with the version and age of the slot in headers.
    pub(super) fn decided(&self, body: &[u8], index: usize) -> Response {
        let now = now_ms();
        let state = with_isolate(|isolate| {
            let slot = isolate.slots().get(index)?;
            Some((slot.ruleset()?.version(), slot.age_secs(now)?, slot.problem().is_some()))
        });
        let (version, age_secs, stale) = state.flatten().unwrap_or_default();
        let head = || self.head(version, age_secs, stale);
        if self.origin.is_some() {
            return bytes(&head(), body);
        }
        HEADS.with_borrow_mut(|heads| {
            let known = heads.iter().position(|head| head.index == index);
            match known.and_then(|at| heads.get_mut(at)) {
                Some(known) if (known.version, known.age_secs, known.stale) == (version, age_secs, stale) => {
                    bytes(&known.init, body)
                }
                Some(known) => {
                    *known = CachedHead { index, version, age_secs, stale, init: head() };
                    bytes(&known.init, body)
                }
                None => {
                    let init = head();
                    let response = bytes(&init, body);
                    heads.push(CachedHead { index, version, age_secs, stale, init });
                    response
                }
            }
        })
    }

    fn head(&self, version: u64, age_secs: u64, stale: bool) -> ResponseInit {
        let (version, age) = (version.to_string(), age_secs.to_string());
        let status = if stale { "stale" } else { "current" };
        let fields = [
            JSON,
            NO_STORE,
            ("x-config-version", version.as_str()),
            ("x-config-age", age.as_str()),
            ("x-config-status", status),
        ];
        self.init(200, &fields)
    }
}
