//! The process that is measured.

use std::{fs, path::Path, process::Command, thread::sleep, time::Duration};

use anyhow::{Context, Result, ensure};
use edgewise_tests::process::{Server, edgewise, free_address};
use reqwest::{Client, Method, Response};
use serde_json::Value;

/// How long a process rests before it counts as idle: longer than threads without work are kept.
const REST: Duration = Duration::from_secs(20);

/// A running `edgewise serve`.
#[derive(Debug)]
pub(crate) struct Plane {
    server: Server,
    client: Client,
}

/// The resources that a process uses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) threads: u64,
    pub(crate) resident_mb: f64,
    /// The maximum of the resident memory so far.
    pub(crate) most_resident_mb: f64,
}

impl Plane {
    /// Starts the process with the data in `directory`.
    pub(crate) fn start(directory: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(edgewise()?);
        command.args(["serve", "--bind", &address.to_string(), "--log", "warn"]);
        command.args(["--decide-rate-limit-enabled", "false"]);
        let server = Server::start(command.current_dir(directory), address)?;
        Ok(Self { server, client: Client::new() })
    }

    /// Waits until the process is idle.
    pub(crate) fn rest(&self) {
        eprintln!("waiting until process {} is idle", self.server.id());
        sleep(REST);
    }

    /// Stops the process.
    pub(crate) fn stop(self) -> Result<()> {
        let status = self.server.stop()?;
        ensure!(status.success(), "`edgewise serve` failed: {status}");
        Ok(())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        let url = format!("http://{}{path}", self.server.address());
        self.client.get(url).send().await?.error_for_status().context("a read failed")
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let url = format!("http://{}{path}", self.server.address());
        let response = self.client.request(method, url).json(body).send().await?;
        let (status, response) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "a change failed with status {status}: {response}");
        Ok(serde_json::from_str(&response)?)
    }

    /// Returns the current figures, as Linux reports them.
    pub(crate) fn figures(&self) -> Result<Figures> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id()))?;
        let number = |name: &str| -> Result<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.with_context(|| format!("/proc does not report `{name}`"))
        };
        let mb = |name: &str| number(name).map(|kib| f64::from(kib) * 1024.0 / 1e6);
        Ok(Figures {
            threads: number("Threads")?.into(),
            resident_mb: mb("VmRSS")?,
            most_resident_mb: mb("VmHWM")?,
        })
    }
}
