//! The log: text lines or JSON, on standard error.

use std::{io, panic};

use tracing_subscriber::EnvFilter;

use crate::options::{LogFilter, LogFormat};

/// Starts logging. Must be called once, before the first log event.
pub fn begin(filter: &LogFilter, format: LogFormat) {
    // The filter was validated when the options were read. The client of S3 logs at each request that it has no credentials,
    // and the store's error says the same once.
    let filter = format!("aws_config::meta::credentials=off,{}", filter.0);
    let filter = EnvFilter::builder().parse_lossy(filter);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    // The log contains the place of a panic, but not its message, because the message can contain data of a user.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "the program panicked, which is a bug: please report it");
    }));
}
