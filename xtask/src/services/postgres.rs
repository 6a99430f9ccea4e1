//! A private Postgres cluster.

use std::{
    env,
    ffi::OsString,
    fmt, fs,
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    environment::{Variable, say, variable},
    keeper::Keeper,
    ports,
};
use crate::{cargo, install};

/// Names a Postgres to use instead, by a URL.
const URL: &str = "TEST_DATABASE_URL";

/// Names the directory of the server's programs, for tests that stop and start a cluster of their own.
const BINARIES: &str = "TEST_POSTGRES_BIN";

/// What we and the tests use of it.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "pg_isready"];

const BY_HAND: &str = "install a Postgres server (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew \
                       install postgresql`), or name the directory of its initdb and postgres in TEST_POSTGRES_BIN";

/// Where tests get a Postgres from.
pub(super) struct Source {
    binaries: PathBuf,
    /// The server to use instead of a private one.
    url: Option<OsString>,
}

/// A Postgres that is there, or on its way.
pub(super) struct Postgres {
    binaries: PathBuf,
    url: OsString,
    /// Where the private one will listen.
    port: Option<u16>,
}

impl Source {
    /// Finds the server's programs, and installs them if there are none.
    ///
    /// # Errors
    /// Say how to get them by hand.
    pub(super) fn find() -> Result<Self> {
        let url = variable(URL);
        if let Some(named) = variable(BINARIES) {
            let binaries = PathBuf::from(named);
            ensure!(
                holds_programs(&binaries),
                "{BINARIES} must name a directory with {}",
                PROGRAMS.join(", ")
            );
            return Ok(Self { binaries, url });
        }
        let binaries = match installed() {
            Some(binaries) => binaries,
            None => install()
                .and_then(|()| installed().context("it came without its programs"))
                .context(BY_HAND)?,
        };
        Ok(Self { binaries, url })
    }

    /// Starts a private cluster, if no other server is to be used.
    pub(super) fn start(self, keeper: &mut Keeper) -> Result<Postgres> {
        let Self { binaries, url } = self;
        if let Some(url) = url {
            return Ok(Postgres { binaries, url, port: None });
        }
        say(&format!("starting a private Postgres, with the programs in {}", binaries.display()));
        let [port] = ports::free()?;
        let directory = keeper.directory().join("postgres");
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        let user = User::of_postgres()?;
        user.give(&directory)?;
        initialise(user.command(binaries.join("initdb"), &directory))
            .context("cannot make a Postgres cluster")?;

        let mut server = user.command(binaries.join("postgres"), &directory);
        server.arg("-D").arg("data").arg("-p").arg(port.to_string()).arg("-k").arg(&directory);
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        keeper.start("Postgres", &mut server)?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres").into();
        Ok(Postgres { binaries, url, port: Some(port) })
    }
}

/// What is not kept need not reach the disk. Each of many tests has connections of its own.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
];

fn initialise(mut initdb: Command) -> Result<()> {
    initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
    cargo::succeed_quietly(initdb.arg("--no-sync"))
}

impl Postgres {
    /// Waits until it takes connections.
    pub(super) fn wait(&self, keeper: &mut Keeper) -> Result<()> {
        let Some(port) = self.port else { return Ok(()) };
        let probe = self.binaries.join("pg_isready");
        let port = port.to_string();
        keeper.wait("Postgres", || {
            let mut probe = Command::new(&probe);
            probe.args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--dbname=postgres", "--port"]);
            cargo::output_of(probe.arg(&port)).is_some()
        })
    }

    /// What tests are told.
    pub(super) fn variables(&self) -> Vec<Variable> {
        vec![(URL, self.url.clone()), (BINARIES, self.binaries.clone().into())]
    }
}

impl fmt::Display for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "Postgres on port {port}"),
            // The URL may hold a password.
            None => write!(f, "the Postgres of {URL}"),
        }
    }
}

/// Who a cluster runs as. Postgres refuses root.
enum User {
    Ourselves,
    Other { user: u32, group: u32 },
}

impl User {
    fn of_postgres() -> Result<Self> {
        if !install::is_root() {
            return Ok(Self::Ourselves);
        }
        let id = |kind| {
            let id = cargo::output_of(Command::new("id").args([kind, "postgres"]));
            id.and_then(|id| id.trim().parse().ok()).with_context(|| {
                format!("Postgres does not run as root, and there is no user postgres: `useradd postgres`, or set {URL}")
            })
        };
        Ok(Self::Other { user: id("-u")?, group: id("-g")? })
    }

    fn give(&self, directory: &Path) -> Result<()> {
        if let Self::Other { user, group } = *self {
            std::os::unix::fs::chown(directory, Some(user), Some(group))?;
        }
        Ok(())
    }

    /// A command that this user runs in `directory`.
    fn command(&self, program: PathBuf, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory);
        if let Self::Other { user, group } = *self {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The directory of a server's programs, if one is installed.
fn installed() -> Option<PathBuf> {
    let configured = cargo::output_of(Command::new("pg_config").arg("--bindir"));
    let configured = configured.map(|path| PathBuf::from(path.trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter_map(|directory| {
        // What lies on the path may be links into a directory that holds all.
        directory.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned)
    });
    let of_debian = newest_first(versions(Path::new("/usr/lib/postgresql")));
    configured.into_iter().chain(of_debian).chain(on_path).find(|directory| holds_programs(directory))
}

fn holds_programs(directory: &Path) -> bool {
    PROGRAMS.iter().all(|program| directory.join(program).is_file())
}

fn versions(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|version| version.path()).collect()
}

/// The `bin` of each version's directory, of which Debian has one for each installed version.
fn newest_first(mut versions: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
    let number = |version: &PathBuf| version.file_name()?.to_str()?.parse::<u32>().ok();
    versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
    versions.into_iter().map(|version| version.join("bin"))
}

fn install() -> Result<()> {
    say("installing Postgres");
    // Debian's package would also make and start a cluster of the system, unless this says otherwise.
    const SETTING: &str = "/etc/postgresql-common/createcluster.d/edgewise.conf";
    let write =
        format!("mkdir -p \"$(dirname {SETTING})\" && echo 'create_main_cluster = false' > {SETTING}");
    cargo::succeed_quietly(&mut install::as_root(&["sh", "-c", &write]))?;
    let installed = install::apt_install("postgresql");
    cargo::succeed_quietly(&mut install::as_root(&["rm", "-f", SETTING]))?;
    installed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let versions = ["/p/9", "/p/15", "/p/common", "/p/16"].map(PathBuf::from);
        let found: Vec<_> = newest_first(versions.into()).collect();
        assert_eq!(found, ["/p/16/bin", "/p/15/bin", "/p/9/bin", "/p/common/bin"].map(PathBuf::from));
    }

    #[test]
    fn a_directory_without_the_server_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!holds_programs(directory.path()));
        for program in PROGRAMS {
            assert!(!holds_programs(directory.path()), "without {program}");
            fs::write(directory.path().join(program), "").unwrap();
        }
        assert!(holds_programs(directory.path()));
    }
}
