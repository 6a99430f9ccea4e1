//! Starting the plane of a command.

use std::sync::Arc;

use super::{control, decide, error::StartError, gateway, plane::Plane, serve};
use crate::options::Command;

/// Starts the plane of a command.
///
/// # Errors
/// [`StartError`] if the plane cannot start.
pub async fn start(command: &Command) -> Result<Plane, StartError> {
    let front = Arc::new(command.front());
    match command {
        Command::Serve(options) => serve::start(options, &front).await,
        Command::Control(options) => control::start(options, &front).await,
        Command::Decide(options) => decide::start(options, &front).await,
        Command::Gateway(options) => Ok(gateway::start(options, &front)),
    }
}
