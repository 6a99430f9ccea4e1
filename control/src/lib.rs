//! The control plane.
#![forbid(unsafe_code)]
pub mod http;
pub mod objects;
