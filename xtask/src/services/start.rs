//! Starting the services, beside other work.

use std::{
    process::Command,
    thread::{self, JoinHandle},
    time::Instant,
};

use anyhow::{Context, Result, anyhow};

use super::{
    environment::{Variable, say},
    keeper::Keeper,
    postgres, s3,
};

/// Servers that run, and how tests find them. They are ended when this is dropped.
pub(crate) struct Services {
    variables: Vec<Variable>,
    keeper: Keeper,
}

impl Services {
    /// Runs tests to their end. They are ended, too, if this process ends before they do.
    ///
    /// # Errors
    /// If they cannot be started or fail.
    pub(crate) fn run(&mut self, tests: &mut Command) -> Result<()> {
        self.keeper.run(tests.envs(self.variables.iter().cloned()))
    }

    fn start() -> Result<Self> {
        let started = Instant::now();
        let postgres = postgres::Source::find()?;
        let s3 = s3::Source::find()?;

        let mut keeper = Keeper::new()?;
        // Both start at a time.
        let s3 = s3.start(&mut keeper)?;
        let postgres = postgres.start(&mut keeper)?;
        postgres.wait(&mut keeper)?;
        s3.wait(&mut keeper)?;
        say(&format!("ready, {:.1} s: {postgres}; {s3}", started.elapsed().as_secs_f64()));
        Ok(Self { variables: [postgres.variables(), s3.variables()].concat(), keeper })
    }
}

/// Services on their way, beside other work. Dropped before they are needed, they are ended.
pub(crate) struct Starting(Option<JoinHandle<Result<Services>>>);

impl Starting {
    /// Begins to start the services, and to install what is missing for them.
    pub(crate) fn begin() -> Self {
        Self(Some(thread::spawn(Services::start)))
    }

    /// Waits until they are ready.
    ///
    /// # Errors
    /// Say which part cannot be had, and how to get it by hand.
    pub(crate) fn ready(mut self) -> Result<Services> {
        self.join().context("the services were not started")?
    }

    fn join(&mut self) -> Option<Result<Services>> {
        let thread = self.0.take()?;
        if !thread.is_finished() {
            say("waiting for the services to be ready");
        }
        Some(thread.join().unwrap_or_else(|_| Err(anyhow!("starting the services panicked"))))
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        // An installation must not be left half done. Servers that have started end with what this returns.
        drop(self.join());
    }
}

/// Installs what the services need, where it is missing.
///
/// # Errors
/// Say what is missing and how to get it by hand.
pub(crate) fn install() -> Result<()> {
    postgres::Source::find()?;
    s3::Source::find()?;
    Ok(())
}
