//! The program `edgewise`: reads the options, and runs a plane until a signal stops it, or an import.
#![forbid(unsafe_code)]

use std::{env, ffi::OsString, process::ExitCode, thread, time::Duration};

use anyhow::{Result, anyhow};
use edgewise::{
    import, logging,
    options::{self, Command, ImportCommand, LogFormat, OptionsError, Task},
    planes,
};
use edgewise_http::server;
use tokio::runtime::{Builder, Runtime};

/// Allocation is a fifth of the work of a decision over HTTP. mimalloc takes half the time of the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The maximum number of threads for work that blocks: reading and writing files (at most five threads for a directory),
/// parsing, compiling, and looking up host names. Each thread has a heap of its own, so that many threads cost much memory.
const BLOCKING_THREADS: usize = 8;
/// How long a thread for blocking work waits for further work before it ends.
const BLOCKING_KEEP_ALIVE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    let task = match options::read(&args) {
        Ok(cli) => cli.task,
        Err(OptionsError::Help(help)) => help.exit(),
        Err(OptionsError::Invalid(problem)) => return failed(&problem),
    };
    match &task {
        Task::Run(plane) => logging::begin(&plane.process().log, plane.process().log_format),
        Task::Import(ImportCommand::Reference(options)) => logging::begin(&options.log, LogFormat::Text),
    }
    let result = runtime().and_then(|runtime| {
        let result = runtime.block_on(async {
            match task {
                Task::Run(plane) => run(plane).await,
                Task::Import(ImportCommand::Reference(options)) => import::reference(&options).await,
            }
        });
        // A normal shutdown would wait for reads of a store that hangs.
        runtime.shutdown_background();
        result
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(problem: &str) -> ExitCode {
    eprintln!("edgewise: {problem}");
    ExitCode::FAILURE
}

/// Creates the runtime. On a machine with one processor, several threads would only add context switches.
fn runtime() -> Result<Runtime> {
    let single = thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
    let mut builder = if single { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.max_blocking_threads(BLOCKING_THREADS).thread_keep_alive(BLOCKING_KEEP_ALIVE);
    builder.enable_all().build().map_err(|error| anyhow!("the runtime cannot be started: {error}"))
}

async fn run(command: Command) -> Result<()> {
    let stop = server::stop_signal().map_err(|error| anyhow!("cannot listen to signals: {error}"))?;
    let front = command.front();
    planes::check_addresses(&front)?;
    let listener = server::listen(command.bind()).await?;
    let plane = planes::start(&command).await?;
    let address = listener.local_addr()?;
    let public_url = front.public_url.as_ref().map(tracing::field::display);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), public_url, "listening on http://{address}");
    server::serve(listener, plane.app(), stop).await;
    plane.stop().await;
    tracing::info!("stopped");
    Ok(())
}
