//! Starting the plane of a command.

use super::{control, decide, error::StartError, gateway, plane::Plane, serve};
use crate::options::Command;

/// Starts the plane of a command.
///
/// # Errors
/// [`StartError`] if the plane cannot start.
pub async fn start(command: &Command) -> Result<Plane, StartError> {
    match command {
        Command::Serve(options) => serve::start(options).await,
        Command::Control(options) => control::start(options).await,
        Command::Decide(options) => decide::start(options).await,
        Command::Gateway(options) => Ok(gateway::start(options)),
    }
}
