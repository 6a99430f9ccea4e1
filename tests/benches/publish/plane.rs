//! Planes of the binary, and the variants that the benchmark changes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use edgewise_tests::{
    process::{Server, edgewise, free_address},
    workloads::{ENVIRONMENT, Workload},
};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A running plane.
pub(crate) struct Plane {
    server: Server,
    directory: PathBuf,
    /// The prefix of the routes.
    prefix: &'static str,
    client: Client,
}

/// A variant that can be changed repeatedly.
pub(crate) struct Editable {
    url: String,
    client: Client,
    /// Whether a change of the variant is published.
    publishes: bool,
}

impl Plane {
    /// Starts all planes in one process, with a published workload.
    pub(crate) fn serve(directory: &Path, workload: Workload) -> Result<Self> {
        import(directory, workload)?;
        Self::start("serve", directory, "/api", &["--decide-rate-limit-enabled", "false"])
    }

    /// Starts a control plane, with a published workload.
    pub(crate) fn control(directory: &Path, workload: Workload) -> Result<Self> {
        import(directory, workload)?;
        Self::start("control", directory, "", &[])
    }

    /// Starts a decision plane that reads the snapshots of a control plane, and optionally follows its event stream.
    pub(crate) fn decide(control: &Self, follows: bool) -> Result<Self> {
        let url = control.url("");
        let store = format!("file:{}", control.directory.join("data/snapshots").display());
        let following: &[&str] = if follows { &["--control-url", &url] } else { &[] };
        Self::start("decide", &control.directory, "", &[&["--snapshot-store", &store], following].concat())
    }

    fn start(plane: &str, directory: &Path, prefix: &'static str, options: &[&str]) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(edgewise()?);
        command.args([plane, "--bind", &address.to_string(), "--log", "warn"]).args(options);
        eprintln!("starting `edgewise {plane}`");
        let server = Server::start(command.current_dir(directory), address)
            .with_context(|| format!("cannot start `edgewise {plane}`"))?;
        Ok(Self { server, directory: directory.to_owned(), prefix, client: Client::new() })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.server.address(), self.prefix)
    }

    async fn get(&self, path: &str) -> Result<Value> {
        Ok(self.client.get(self.url(path)).send().await?.error_for_status()?.json().await?)
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        let response = self.client.request(method, self.url(path)).json(&body).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Returns the first variant of the oldest experiment, which runs, and allocates all buckets to this variant.
    pub(crate) async fn running(&self) -> Result<Editable> {
        let one = self.get("/experiments?page=1&pageSize=1").await?;
        let total = one.pointer("/pagination/total").and_then(Value::as_u64).context("a list has a total")?;
        let last = format!("/experiments?page={total}&pageSize=1");
        let list = self.get(&last).await?;
        let experiment = list.pointer("/data/0").context("there is an experiment")?;
        // All users get this variant.
        let variant = text(experiment, "/variants/0/id")?;
        let id = text(experiment, "/id")?;
        let all = json!({"allocations": [{"variantId": variant, "rangeStart": 0, "rangeEnd": 9999}]});
        self.send(Method::PUT, &format!("/experiments/{id}/allocations"), all).await?;
        Ok(self.editable(&id, &variant, true))
    }

    /// Returns the variant of an experiment that does not run, in the same environment.
    pub(crate) async fn draft(&self) -> Result<Editable> {
        let environments = self.get("/environments").await?;
        let environment = text(&environments, "/data/0/id")?;
        let draft = json!({"key": "draft", "name": "Draft", "environmentId": environment});
        let id = text(&self.send(Method::POST, "/experiments", draft).await?, "/id")?;
        let variant = json!({"key": "on", "name": "On", "payload": {}});
        let path = format!("/experiments/{id}/variants");
        let variant = text(&self.send(Method::POST, &path, variant).await?, "/id")?;
        Ok(self.editable(&id, &variant, false))
    }

    fn editable(&self, experiment: &str, variant: &str, publishes: bool) -> Editable {
        let url = self.url(&format!("/experiments/{experiment}/variants/{variant}"));
        Editable { url, client: self.client.clone(), publishes }
    }

    /// Whether a decision contains a value.
    pub(crate) async fn decides_with(&self, value: &str) -> Result<bool> {
        let url = self.url(&format!("/decide?user_key=somebody&env={ENVIRONMENT}"));
        let decision = self.client.get(url).send().await?.error_for_status()?.text().await?;
        Ok(decision.contains(&format!("\"{value}\"")))
    }

    /// Returns the CPU time of the threads of the process so far.
    pub(crate) fn cpu_ms(&self) -> Result<f64> {
        let mut sum = 0.0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.server.id()))? {
            // A thread may have ended in the meantime.
            let schedule = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            sum += schedule.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default();
        }
        Ok(sum / 1e6)
    }

    /// Returns the sizes of the live snapshot and of the live ruleset.
    pub(crate) fn published_kb(&self) -> Result<(f64, f64)> {
        let configs = self.directory.join("data/snapshots/configs").join(ENVIRONMENT);
        let kb =
            |path: PathBuf| -> Result<f64> { Ok(f64::from(u32::try_from(fs::metadata(path)?.len())?) / 1e3) };
        let pointer: Value = serde_json::from_slice(&fs::read(configs.join("version.json"))?)?;
        let version = pointer.pointer("/version").context("a pointer has a version")?;
        Ok((
            kb(configs.join("snapshots/latest.json"))?,
            kb(configs.join(format!("rulesets/1/{version}.bin")))?,
        ))
    }
}

impl Editable {
    /// Changes the payload of the variant to one with a value, and checks whether the change was published as expected.
    pub(crate) async fn change(&self, value: &str) -> Result<()> {
        let body = json!({"payload": {"value": value}});
        let response = self.client.patch(&self.url).json(&body).send().await?.error_for_status()?;
        let published = response.headers().get("x-publish-succeeded").is_some_and(|value| value == "true");
        ensure!(
            published == self.publishes,
            "expected published: {}; headers: {:?}",
            self.publishes,
            response.headers()
        );
        response.bytes().await?;
        Ok(())
    }
}

/// Imports a workload into the data directory of `directory`.
fn import(directory: &Path, workload: Workload) -> Result<()> {
    fs::create_dir_all(directory)?;
    let file = directory.join("workload.json");
    fs::write(&file, workload.snapshot().to_string())?;
    let mut command = Command::new(edgewise()?);
    command.args(["import", "reference", "--apply", "--snapshot"]).arg(&file);
    command.current_dir(directory).env_remove("EDGEWISE_DATABASE_URL").env_remove("EDGEWISE_SNAPSHOT_STORE");
    let output = command.env_remove("EDGEWISE_DATA_DIR").stdin(Stdio::null()).output()?;
    if !output.status.success() {
        bail!("`edgewise import` failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn text(json: &Value, pointer: &str) -> Result<String> {
    let text = json.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("the response has no {pointer}: {json}"))
}
