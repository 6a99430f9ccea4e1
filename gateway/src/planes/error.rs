//! The reasons why a plane cannot start.

use std::net::SocketAddr;

use edgewise_database::OpenError;
use edgewise_decide::SourceError;
use edgewise_http::ListenError;
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

/// Refuses an address that other machines can reach, unless `insecure_open` allows such addresses.
///
/// # Errors
/// [`StartError::Open`] if the address is refused.
pub fn check_address(address: SocketAddr, insecure_open: bool) -> Result<(), StartError> {
    let open = !address.ip().to_canonical().is_loopback();
    if open && !insecure_open { Err(StartError::Open { address }) } else { Ok(()) }
}
