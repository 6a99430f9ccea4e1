//! The load: wrk, which asks for each user in turn.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use edgewise_tests::process::Server;

/// Makes each user's request once, and then sends one after the other.
const SCRIPT: &str = r#"
local requests, at = {}, 0

function init(args)
  for query in io.lines(args[2]) do
    requests[#requests + 1] = wrk.format("GET", args[1] .. "?" .. query)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format("figures %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
"#;

/// What one round on one server gave.
pub(crate) struct Figures {
    pub(crate) requests_per_sec: f64,
    /// Half of the answers took at most so long.
    pub(crate) p50_us: f64,
    /// 99 % of the answers took at most so long.
    pub(crate) p99_us: f64,
    /// The server's time on its core.
    pub(crate) cpu_us_per_request: f64,
    /// Requests that were not answered, or not with 2xx or 3xx. (Which bytes a 200 has was seen before.)
    pub(crate) errors: u64,
}

/// A load that can be put on several servers in turn.
pub(crate) struct Load {
    script: PathBuf,
    queries: PathBuf,
    core: &'static str,
}

impl Load {
    /// Writes down what wrk needs into `scratch`.
    pub(crate) fn new(scratch: &Path, queries: &[String], core: &'static str) -> Result<Self> {
        let load = Self { script: scratch.join("load.lua"), queries: scratch.join("queries"), core };
        fs::write(&load.script, SCRIPT)?;
        fs::write(&load.queries, queries.join("\n"))?;
        Ok(load)
    }

    /// Loads a server for some seconds.
    pub(crate) fn on(&self, server: &Server, path: &str, seconds: u32) -> Result<Figures> {
        let mut wrk = Command::new("taskset");
        wrk.args(["--cpu-list", self.core, "wrk", "-t1", "-c16"]);
        wrk.arg(format!("-d{seconds}s")).arg("-s").arg(&self.script);
        wrk.arg(format!("http://{}", server.address())).arg("--").arg(path).arg(&self.queries);

        let before_ns = cpu_ns(server.id())?;
        let output =
            wrk.stderr(Stdio::inherit()).output().context("cannot start taskset (package util-linux)")?;
        let cpu_ns = cpu_ns(server.id())? - before_ns;
        let report = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "wrk failed ({}): {report}", output.status);
        Figures::parse(&report, cpu_ns).with_context(|| format!("wrk reports no figures: {report}"))
    }
}

impl Figures {
    fn parse(report: &str, cpu_ns: f64) -> Option<Self> {
        let figures = report.lines().find_map(|line| line.strip_prefix("figures "))?;
        let mut figures = figures.split(' ');
        let mut next = || figures.next()?.parse::<u32>().ok().map(f64::from);
        let (requests, duration_us, p50_us, p99_us) = (next()?, next()?, next()?, next()?);
        Some(Self {
            requests_per_sec: requests / duration_us * 1e6,
            p50_us,
            p99_us,
            cpu_us_per_request: cpu_ns / 1e3 / requests,
            errors: figures.next()?.parse().ok()?,
        })
    }
}

/// How long the threads of a process have been running so far, in ns; not a number where Linux does not say.
fn cpu_ns(process: u32) -> Result<f64> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{process}/task")).context("the server has ended")? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        sum += schedule.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(f64::NAN);
    }
    Ok(sum)
}
