//! What stands in front of a server: proxies, the address under which others reach the server, and foreign pages.
//!
//! | module | holds |
//! |---|---|
//! | [`settings`] | what a server is told about its address, and about the proxies in front of the server |
//! | [`networks`] | lists of addresses and networks |
//! | [`origin`] | scheme, host and port of an address, as browsers compare them |
//! | [`public_url`] | the address of the server as others see it |
//! | [`forwarded`] | the `X-Forwarded-…` headers |
//! | [`arrival`] | from which machine a request came, and for which client |
//! | [`guard`](mod@guard) | refusing the requests of foreign pages |

pub mod arrival;
pub mod forwarded;
pub mod guard;
pub mod networks;
pub mod origin;
pub mod public_url;
pub mod settings;

pub use arrival::{Arrival, client_address};
pub use guard::{guard, guard_host};
pub use networks::{Networks, NetworksError};
pub use origin::{Origin, Scheme};
pub use public_url::{PublicUrl, PublicUrlError};
pub use settings::Front;
