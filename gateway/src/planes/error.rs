//! Why a plane cannot start.

use std::net::SocketAddr;

use edgewise_database::OpenError;
use edgewise_decide::SourceError;
use edgewise_http::ListenError;
use edgewise_objects::DirectoryError;

/// Why a plane cannot start. Each says in one line what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could be reached by others.
    #[error(
        "{address} can be reached from other machines, and nobody has to sign in: bind a loopback address such as \
         127.0.0.1, or add --insecure-open if the network is yours"
    )]
    Open {
        /// The address.
        address: SocketAddr,
    },
    /// It cannot listen.
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

/// Refuses an address that others can reach, unless that is wanted.
///
/// # Errors
/// [`StartError::Open`]
pub fn check_address(address: SocketAddr, insecure_open: bool) -> Result<(), StartError> {
    let open = !address.ip().to_canonical().is_loopback();
    if open && !insecure_open { Err(StartError::Open { address }) } else { Ok(()) }
}
