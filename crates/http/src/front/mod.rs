//! What stands in front of a server: the addresses under which others reach the server.
//!
//! | module | holds |
//! |---|---|
//! | [`origin`] | scheme, host and port of an address, as browsers compare them |
//! | [`public_url`] | the address of the server as others see it |

pub mod origin;
pub mod public_url;

pub use origin::{Origin, Scheme};
pub use public_url::{PublicUrl, PublicUrlError};
