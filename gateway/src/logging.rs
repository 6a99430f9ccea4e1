//! The log: lines for people or JSON, on the standard error output.

use std::{io, panic};

use tracing_subscriber::EnvFilter;

use crate::options::{LogFilter, LogFormat};

/// Begins logging. To be called once, before anything logs.
pub fn begin(filter: &LogFilter, format: LogFormat) {
    // The filter was checked when it was read.
    let filter = EnvFilter::builder().parse_lossy(&filter.0);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    // Where, but not what: the text of a panic can quote the data it stumbled over, which may be a user's.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a fault in the program: please report it");
    }));
}
