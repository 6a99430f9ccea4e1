//! Starting the servers in the background.

use std::{
    process::Command,
    thread::{self, JoinHandle},
    time::Instant,
};

use anyhow::{Context, Result, anyhow};

use super::{
    environment::{Variable, report},
    postgres, s3,
    supervisor::Supervisor,
};
use crate::install;

/// Running servers, and the variables that name them. The servers are stopped when this value is dropped.
pub(crate) struct Services {
    variables: Vec<Variable>,
    supervisor: Supervisor,
}

impl Services {
    /// Runs tests, and waits for their end. If this process ends first, the tests are stopped.
    ///
    /// # Errors
    /// If the tests cannot be started or fail.
    pub(crate) fn run(&mut self, tests: &mut Command) -> Result<()> {
        self.supervisor.run(tests.envs(self.variables.iter().cloned()))
    }

    fn start() -> Result<Self> {
        let started = Instant::now();
        install::for_end_to_end_tests()?;
        let postgres = postgres::Source::find()?;
        let s3 = s3::Source::find()?;

        let mut supervisor = Supervisor::new()?;
        // Both servers start at the same time.
        let s3 = s3.start(&mut supervisor)?;
        let postgres = postgres.start(&mut supervisor)?;
        postgres.wait(&mut supervisor)?;
        s3.wait(&mut supervisor)?;
        report(&format!("ready, {:.1} s: {postgres}; {s3}", started.elapsed().as_secs_f64()));
        Ok(Self { variables: [postgres.variables(), s3.variables()].concat(), supervisor })
    }
}

/// Servers that are being started in a thread. If this value is dropped, the servers are stopped.
pub(crate) struct PendingServices(Option<JoinHandle<Result<Services>>>);

impl PendingServices {
    /// Starts the servers in the background, and installs missing programs.
    pub(crate) fn start() -> Self {
        Self(Some(thread::spawn(Services::start)))
    }

    /// Waits until the servers are ready.
    ///
    /// # Errors
    /// If a server cannot be installed or started. The error says how to install it by hand.
    pub(crate) fn wait(mut self) -> Result<Services> {
        self.join().context("the services are not being started")?
    }

    fn join(&mut self) -> Option<Result<Services>> {
        let thread = self.0.take()?;
        if !thread.is_finished() {
            report("waiting for the services");
        }
        Some(thread.join().unwrap_or_else(|_| Err(anyhow!("starting the services panicked"))))
    }
}

impl Drop for PendingServices {
    fn drop(&mut self) {
        // Waits, so that no installation is interrupted. Dropping the result stops servers that have started.
        drop(self.join());
    }
}

/// Installs the servers' programs, where they are missing.
///
/// # Errors
/// If a program cannot be installed. The error says how to install it by hand.
pub(crate) fn install() -> Result<()> {
    postgres::Source::find()?;
    s3::Source::find()?;
    install::for_end_to_end_tests()
}
