//! The reasons why a plane cannot start.

use std::net::SocketAddr;

use edgewise_database::OpenError;
use edgewise_decide::SourceError;
use edgewise_http::{Front, ListenError, PublicUrl};
use edgewise_objects::DirectoryError;

/// The reason why a plane cannot start. Each error says in one line what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Other machines can reach the address.
    #[error(
        "`{address}` can be reached from other machines, and Edgewise has no sign-in: bind a loopback address such as \
         127.0.0.1, or add --insecure-open if you trust the network"
    )]
    Open {
        /// The address that was refused.
        address: SocketAddr,
    },
    /// Other machines can reach the public URL.
    #[error(
        "the public URL `{url}` is not on this machine, and Edgewise has no sign-in: add --insecure-open if everyone who \
         can open the URL may change everything"
    )]
    OpenUrl {
        /// The URL that was refused.
        url: PublicUrl,
    },
    /// The server cannot listen on the address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The snapshot directory cannot be used.
    #[error(transparent)]
    Snapshots(#[from] DirectoryError),
    /// The snapshot store cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
}

/// Refuses an address to listen on, and a public URL, that other machines can reach, unless `--insecure-open` allows them.
///
/// # Errors
/// [`StartError::Open`] or [`StartError::OpenUrl`] if one of them is refused.
pub fn check_addresses(front: &Front) -> Result<(), StartError> {
    let Front { bind: address, public_url, insecure_open, .. } = front;
    if *insecure_open {
        return Ok(());
    }
    if !address.ip().to_canonical().is_loopback() {
        return Err(StartError::Open { address: *address });
    }
    match public_url {
        Some(url) if !url.origin().is_loopback() => Err(StartError::OpenUrl { url: url.clone() }),
        _ => Ok(()),
    }
}
