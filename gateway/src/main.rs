//! The program `edgewise`: reads its settings, starts what was asked for, and serves it until it is told to stop.
#![forbid(unsafe_code)]

use std::{env, ffi::OsString, process::ExitCode, thread};

use anyhow::{Result, anyhow};
use edgewise::{
    import, logging,
    options::{self, Command, ImportCommand, LogFormat, Refusal, Task},
    planes,
};
use edgewise_http::server;
use tokio::runtime::{Builder, Runtime};

/// A fifth of the work of a decision over HTTP is allocation, which this allocator does at half the cost.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    let task = match options::read(&args) {
        Ok(cli) => cli.task,
        Err(Refusal::Help(help)) => help.exit(),
        Err(Refusal::Invalid(problem)) => return failed(&problem),
    };
    match &task {
        Task::Run(plane) => logging::begin(&plane.process().log, plane.process().log_format),
        Task::Import(ImportCommand::Reference(options)) => logging::begin(&options.log, LogFormat::Text),
    }
    let ran = runtime().and_then(|runtime| {
        let ran = runtime.block_on(async {
            match task {
                Task::Run(plane) => run(plane).await,
                Task::Import(ImportCommand::Reference(options)) => import::reference(&options).await,
            }
        });
        // Does not wait for a read of a store that hangs.
        runtime.shutdown_background();
        ran
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(problem: &str) -> ExitCode {
    eprintln!("edgewise: {problem}");
    ExitCode::FAILURE
}

/// On one processor, threads would only take turns.
fn runtime() -> Result<Runtime> {
    let alone = thread::available_parallelism().is_ok_and(|processors| processors.get() == 1);
    let mut builder = if alone { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build().map_err(|error| anyhow!("the runtime cannot be started: {error}"))
}

async fn run(command: Command) -> Result<()> {
    let stop = server::stop_signal().map_err(|error| anyhow!("signals cannot be received: {error}"))?;
    planes::check_address(command.bind(), command.process().insecure_open)?;
    let listener = server::listen(command.bind()).await?;
    let plane = planes::start(&command).await?;
    let address = listener.local_addr()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "listening on http://{address}");
    server::serve(listener, plane.app(), stop).await;
    plane.stop().await;
    tracing::info!("stopped");
    Ok(())
}
