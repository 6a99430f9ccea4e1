//! The load: wrk, with a request for each user in turn.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use edgewise_tests::process::Server;

/// Formats the request of each user once, and then sends the requests in turn.
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

/// The figures of one round on one server.
pub(crate) struct Figures {
    pub(crate) requests_per_sec: f64,
    /// The median of the response times.
    pub(crate) p50_us: f64,
    /// The 99th percentile of the response times.
    pub(crate) p99_us: f64,
    /// The CPU time of the server per request.
    pub(crate) cpu_us_per_request: f64,
    /// The number of requests without a response, or with a status other than 2xx or 3xx. The bodies were checked before.
    pub(crate) errors: u64,
}

/// A load for several servers in turn.
pub(crate) struct Load {
    script: PathBuf,
    queries: PathBuf,
    core: &'static str,
}

impl Load {
    /// Writes the files that wrk needs to `scratch`.
    pub(crate) fn new(scratch: &Path, queries: &[String], core: &'static str) -> Result<Self> {
        let load = Self { script: scratch.join("load.lua"), queries: scratch.join("queries"), core };
        fs::write(&load.script, SCRIPT)?;
        fs::write(&load.queries, queries.join("\n"))?;
        Ok(load)
    }

    /// Puts the load on a server for some seconds.
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
        Figures::parse(&report, cpu_ns).with_context(|| format!("the report of wrk has no figures: {report}"))
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

/// Returns the CPU time of the threads of a process so far, in ns; NaN if Linux does not report the time.
fn cpu_ns(process: u32) -> Result<f64> {
    let mut sum = 0.0;
    for thread in fs::read_dir(format!("/proc/{process}/task")).context("the server has exited")? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        sum += schedule.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(f64::NAN);
    }
    Ok(sum)
}
