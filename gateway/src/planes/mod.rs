//! The planes: which of them serves what. The routes stand in this module's files, those of the control
//! plane's resources in its own crate.

mod control;
mod decide;
mod gateway;
mod serve;

use std::{net::SocketAddr, sync::Arc};

use edgewise_control::Control;
use edgewise_database::OpenError;
use edgewise_decide::{Cache, SourceError};
use edgewise_http::{App, ListenError};
use edgewise_objects::DirectoryError;
use tokio::task::JoinHandle;

use crate::options::Command;

/// A plane that is ready to answer requests.
#[derive(Debug)]
pub struct Plane {
    /// All it serves.
    app: Arc<App>,
    control: Option<Control>,
    /// What keeps the cache up to date.
    keeping_up: Vec<JoinHandle<()>>,
}

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

impl Plane {
    /// Starts what was asked for.
    ///
    /// # Errors
    /// [`StartError`] says in one line what is wrong.
    pub async fn start(command: &Command) -> Result<Self, StartError> {
        match command {
            Command::Serve(options) => serve::start(options).await,
            Command::Control(options) => control::start(options).await,
            Command::Decide(options) => decide::start(options).await,
            Command::Gateway(options) => Ok(gateway::start(options)),
        }
    }

    /// The routes that it serves.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        self.app.clone()
    }

    /// Ends what runs in the background, once it is whole.
    pub async fn stop(self) {
        self.keeping_up.iter().for_each(JoinHandle::abort);
        if let Some(control) = self.control {
            control.stop().await;
        }
    }
}

/// Refuses an address that others can reach, unless that is wanted.
///
/// # Errors
/// [`StartError::Open`]
pub fn check_address(address: SocketAddr, insecure_open: bool) -> Result<(), StartError> {
    let open = !address.ip().to_canonical().is_loopback();
    if open && !insecure_open { Err(StartError::Open { address }) } else { Ok(()) }
}

/// Keeps the cache up to date.
fn keep_up(cache: &Arc<Cache>) -> JoinHandle<()> {
    tokio::spawn(cache.clone().poll_for_ever())
}
