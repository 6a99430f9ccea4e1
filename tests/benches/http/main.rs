//! Decide requests per second, compared with a bare axum route that returns the same bytes: `cargo xtask bench http`.
//!
//! All of the ten experiments match (`W10`). The servers share one core, but only one server has load at a time. The load
//! comes from another core. Both Edgewise servers record metrics, and `serve` has a rate limit, which is not reached.

mod bare;
mod load;

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use edgewise_tests::{
    process::{Server, edgewise, free_address},
    rounds::{median, take_turns},
    workloads::{ENVIRONMENT, Workload},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

use load::{Figures, Load};

const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// Measures decide requests over HTTP, compared with a bare axum route that returns the same bytes.
#[derive(Parser)]
struct Args {
    /// Run fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Cargo passes this flag
    #[arg(long, hide = true)]
    bench: bool,
    /// Run the bare server, on this address
    #[arg(long, hide = true, requires = "responses")]
    bare: Option<SocketAddr>,
    /// File with the responses of the bare server
    #[arg(long, hide = true)]
    responses: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let (Some(address), Some(responses)) = (args.bare, &args.responses) {
        return bare::serve(address, responses);
    }
    let (rounds, seconds) = if args.quick { (2, 2) } else { (5, 5) };

    let scratch = TempDir::new()?;
    let queries = queries()?;
    let contenders = start(scratch.path(), &queries)?;
    let load = Load::new(scratch.path(), &queries, LOAD_CORE)?;
    for contender in &contenders {
        eprintln!("warming up {}", contender.name);
        load.on(&contender.server, contender.path, 1)?;
    }
    let samples = take_turns(rounds, contenders.len(), |number| {
        let contender = contenders.get(number).context("contenders are numbered from 0")?;
        load.on(&contender.server, contender.path, seconds)
    })?;
    print(&contenders, &samples, rounds, seconds);

    let errors: u64 = samples.iter().flatten().map(|figures| figures.errors).sum();
    ensure!(
        errors == 0,
        "{errors} requests failed or had a status other than 200: the figures are not valid"
    );
    Ok(())
}

/// Returns the query of each user's request.
fn queries() -> Result<Vec<String>> {
    let query = |user: edgewise_tests::workloads::User| {
        let context = user.context.to_string();
        let context = utf8_percent_encode(&context, NON_ALPHANUMERIC);
        Ok(format!("user_key={}&env={ENVIRONMENT}&context={context}", user.key))
    };
    Workload::W10.users().into_iter().map(query).collect()
}

/// A server that is measured.
struct Contender {
    name: &'static str,
    path: &'static str,
    server: Server,
}

/// Starts all servers, and checks that their responses are the same. The bare server comes first.
fn start(scratch: &Path, queries: &[String]) -> Result<[Contender; 3]> {
    let binary = edgewise()?;
    let plane = |name: &str| {
        let directory = scratch.join(name);
        write_snapshot(&directory.join("snapshots"))?;
        let address = free_address()?;
        let mut command = pinned(&binary);
        command.arg(name).args(["--bind", &address.to_string()]);
        command.args(["--snapshot-store", &format!("file:{}", directory.join("snapshots").display())]);
        // The directory contains no configuration file.
        command.current_dir(&directory).env("EDGEWISE_LOG", "warn");
        if name == "serve" {
            command.arg("--data-dir").arg(&directory);
            // A limit that nothing reaches, with numbers as short as those of the default.
            command.env("DECIDE_RATE_LIMIT_MAX", "1000").env("DECIDE_RATE_LIMIT_WINDOW_MS", "1");
        }
        eprintln!("starting `edgewise {name}`");
        Server::start(&mut command, address).with_context(|| format!("cannot start `edgewise {name}`"))
    };
    let decide = Contender { name: "edgewise decide", path: "/decide", server: plane("decide")? };
    let serve = Contender { name: "edgewise serve", path: "/api/decide", server: plane("serve")? };

    let responses = responses_of(&decide, queries)?;
    ensure!(responses == responses_of(&serve, queries)?, "the responses of `decide` and `serve` differ");

    let file = scratch.join("responses");
    fs::write(&file, responses.join(&b'\n'))?;
    let address = free_address()?;
    let mut command = pinned(&env::current_exe()?);
    command.args(["--bare", &address.to_string(), "--responses"]).arg(&file);
    let server = Server::start(&mut command, address).context("cannot start the bare server")?;
    let bare = Contender { name: "bare axum 0.8", path: "/decide", server };
    ensure!(responses == responses_of(&bare, queries)?, "the responses of the bare server differ");
    Ok([bare, decide, serve])
}

/// Returns the media type, followed by the response to each user.
fn responses_of(contender: &Contender, queries: &[String]) -> Result<Vec<Vec<u8>>> {
    let mut responses = Vec::with_capacity(queries.len() + 1);
    for query in queries {
        let response = contender.server.get(&format!("{}?{query}", contender.path))?;
        let assignments = response.body.windows(16).filter(|window| window == b"\"experiment_key\"").count();
        if response.status != 200 || assignments != Workload::W10.experiments {
            let (status, body) = (response.status, String::from_utf8_lossy(&response.body));
            bail!("{} responds {status} with {assignments} assignments: {body}", contender.name);
        }
        if responses.is_empty() {
            responses.push(response.content_type.into_bytes());
        }
        responses.push(response.body);
    }
    Ok(responses)
}

/// Writes a store like the publisher, so that the benchmark needs no database.
fn write_snapshot(store: &Path) -> Result<()> {
    let environment = store.join("configs").join(ENVIRONMENT);
    let snapshots = environment.join("snapshots");
    fs::create_dir_all(&snapshots)?;
    let json = Workload::W10.snapshot().to_string();
    fs::write(snapshots.join("1.json"), &json)?;
    fs::write(snapshots.join("latest.json"), &json)?;
    fs::write(environment.join("version.json"), r#"{"version":1}"#)?;
    Ok(())
}

/// Returns a command that runs a program on the core of the servers.
fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", SERVER_CORE]).arg(program);
    command
}

fn print(contenders: &[Contender], samples: &[Vec<Figures>], rounds: usize, seconds: u32) {
    let bare = samples.first().map(Vec::as_slice).unwrap_or_default();
    println!(
        "W10 over HTTP: wrk -t1 -c16 on one core, the server on another; medians of {rounds} rounds of {seconds} s.\n"
    );
    println!(
        "{:<18}{:>12}{:>10}{:>10}{:>10}{:>18}{:>8}",
        "server", "requests/s", "of bare", "p50 µs", "p99 µs", "CPU µs/request", "errors"
    );
    for (contender, samples) in contenders.iter().zip(samples) {
        let of = |figure: fn(&Figures) -> f64| median(&samples.iter().map(figure).collect::<Vec<_>>());
        // The ratio is taken within each round, because a slow machine slows all contenders of a round.
        let shares = samples.iter().zip(bare).map(|(own, bare)| own.requests_per_sec / bare.requests_per_sec);
        println!(
            "{:<18}{:>12.0}{:>8.1} %{:>10.0}{:>10.0}{:>18.2}{:>8}",
            contender.name,
            of(|figures| figures.requests_per_sec),
            100.0 * median(&shares.collect::<Vec<_>>()),
            of(|figures| figures.p50_us),
            of(|figures| figures.p99_us),
            of(|figures| figures.cpu_us_per_request),
            samples.iter().map(|figures| figures.errors).sum::<u64>(),
        );
    }
    println!(
        "\nof bare: median of the ratios of all rounds. The bare route parses and decides nothing; it returns a stored response."
    );
}
