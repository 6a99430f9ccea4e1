//! nginx in front of the server, with the settings of its users.
//!
//! | module | checks |
//! |---|---|
//! | `origins` | changes by the dashboard's own page behind a proxy, also below a path |
//! | `clients` | the address of the client, behind a trusted proxy and behind another one |
//! | `passing` | what a proxy does to responses: it compresses, weakens tags, buffers, keeps connections |
//! | `front` | starting a server and an nginx in front |

mod clients;
mod front;
mod origins;
mod passing;
