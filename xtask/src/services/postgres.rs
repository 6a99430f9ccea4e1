//! A private Postgres cluster, or another Postgres server that the environment names.

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
    environment::{Variable, report, variable},
    ports,
    supervisor::Supervisor,
};
use crate::{cargo, install};

/// The variable with the URL of a server to use instead of a private one.
const URL: &str = "TEST_DATABASE_URL";

/// The variable with the directory of the server's programs. Some tests stop and start a cluster of their own.
const BINARIES: &str = "TEST_POSTGRES_BIN";

/// The programs that this module and the tests run.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "pg_isready"];

const BY_HAND: &str = "install a Postgres server (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew \
                       install postgresql`), or set TEST_POSTGRES_BIN to the \
                       directory of initdb and postgres";

/// An installed Postgres.
pub(super) struct Source {
    binaries: PathBuf,
    /// The URL of the server to use instead of a private one.
    url: Option<OsString>,
}

/// A Postgres server that is running or starting.
pub(super) struct Postgres {
    binaries: PathBuf,
    url: OsString,
    /// The port of a private server.
    port: Option<u16>,
}

impl Source {
    /// Finds the server's programs, and installs them where they are missing.
    ///
    /// # Errors
    /// If the programs cannot be installed. The error says how to install them by hand.
    pub(super) fn find() -> Result<Self> {
        let url = variable(URL);
        if let Some(named) = variable(BINARIES) {
            let binaries = PathBuf::from(named);
            ensure!(
                holds_programs(&binaries),
                "{BINARIES} must be a directory with the programs {}",
                PROGRAMS.join(", ")
            );
            return Ok(Self { binaries, url });
        }
        let binaries = match installed() {
            Some(binaries) => binaries,
            None => install_package()
                .and_then(|()| installed().context("the installed package has no server programs"))
                .context(BY_HAND)?,
        };
        Ok(Self { binaries, url })
    }

    /// Starts a private cluster, unless the environment names another server.
    pub(super) fn start(self, supervisor: &mut Supervisor) -> Result<Postgres> {
        let Self { binaries, url } = self;
        if let Some(url) = url {
            return Ok(Postgres { binaries, url, port: None });
        }
        report(&format!("starting a private Postgres, with the programs in {}", binaries.display()));
        let [port] = ports::free()?;
        let directory = supervisor.directory().join("postgres");
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        let user = User::for_postgres()?;
        user.take_ownership(&directory)?;
        initialise(user.command(binaries.join("initdb"), &directory))
            .context("cannot create a Postgres cluster")?;

        let mut server = user.command(binaries.join("postgres"), &directory);
        server.arg("-D").arg("data").arg("-p").arg(port.to_string()).arg("-k").arg(&directory);
        for setting in SETTINGS {
            server.args(["-c", setting]);
        }
        supervisor.start("Postgres", &mut server)?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres").into();
        Ok(Postgres { binaries, url, port: Some(port) })
    }
}

/// The data is temporary, so nothing is flushed to disk. Many tests run at once, each with connections of its own.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
];

fn initialise(mut initdb: Command) -> Result<()> {
    initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
    cargo::run_quietly(initdb.arg("--no-sync"))
}

impl Postgres {
    /// Waits until the server accepts connections.
    pub(super) fn wait(&self, supervisor: &mut Supervisor) -> Result<()> {
        let Some(port) = self.port else { return Ok(()) };
        let probe = self.binaries.join("pg_isready");
        let port = port.to_string();
        supervisor.wait("Postgres", || {
            let mut probe = Command::new(&probe);
            probe.args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--dbname=postgres", "--port"]);
            cargo::output_of(probe.arg(&port)).is_some()
        })
    }

    /// Returns the variables for tests.
    pub(super) fn variables(&self) -> Vec<Variable> {
        vec![(URL, self.url.clone()), (BINARIES, self.binaries.clone().into())]
    }
}

impl fmt::Display for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "Postgres on port {port}"),
            // The URL may hold a password.
            None => write!(f, "the Postgres server of {URL}"),
        }
    }
}

/// The system user that a cluster runs as. Postgres does not run as root.
enum User {
    /// The user of this process.
    Current,
    Other {
        user: u32,
        group: u32,
    },
}

impl User {
    fn for_postgres() -> Result<Self> {
        if !install::is_root() {
            return Ok(Self::Current);
        }
        let id = |kind| {
            let id = cargo::output_of(Command::new("id").args([kind, "postgres"]));
            id.and_then(|id| id.trim().parse().ok()).with_context(|| {
                format!("Postgres does not run as root, and there is no user `postgres`: run `useradd postgres`, or \
                     set {URL}")
            })
        };
        Ok(Self::Other { user: id("-u")?, group: id("-g")? })
    }

    fn take_ownership(&self, directory: &Path) -> Result<()> {
        if let Self::Other { user, group } = *self {
            std::os::unix::fs::chown(directory, Some(user), Some(group))?;
        }
        Ok(())
    }

    /// Returns a command that this user runs in `directory`.
    fn command(&self, program: PathBuf, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(directory);
        if let Self::Other { user, group } = *self {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Returns the directory of the server's programs, if a server is installed.
fn installed() -> Option<PathBuf> {
    let configured = cargo::output_of(Command::new("pg_config").arg("--bindir"));
    let configured = configured.map(|path| PathBuf::from(path.trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter_map(|directory| {
        // Programs on the path may be links into the directory of all programs.
        directory.join("initdb").canonicalize().ok()?.parent().map(Path::to_owned)
    });
    let debian = newest_first(versions(Path::new("/usr/lib/postgresql")));
    configured.into_iter().chain(debian).chain(on_path).find(|directory| holds_programs(directory))
}

fn holds_programs(directory: &Path) -> bool {
    PROGRAMS.iter().all(|program| directory.join(program).is_file())
}

fn versions(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|version| version.path()).collect()
}

/// Returns the `bin` directories of the installed versions. Debian has a directory for each version.
fn newest_first(mut versions: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
    let number = |version: &PathBuf| version.file_name()?.to_str()?.parse::<u32>().ok();
    versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
    versions.into_iter().map(|version| version.join("bin"))
}

fn install_package() -> Result<()> {
    report("installing Postgres");
    // Keeps Debian's package from creating and starting a cluster.
    const SETTING: &str = "/etc/postgresql-common/createcluster.d/edgewise.conf";
    let write =
        format!("mkdir -p \"$(dirname {SETTING})\" && echo 'create_main_cluster = false' > {SETTING}");
    cargo::run_quietly(&mut install::as_root(&["sh", "-c", &write]))?;
    let installed = install::debian_package("postgresql");
    cargo::run_quietly(&mut install::as_root(&["rm", "-f", SETTING]))?;
    installed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_version_comes_first() {
        let versions = ["/p/9", "/p/15", "/p/common", "/p/16"].map(PathBuf::from);
        let found: Vec<_> = newest_first(versions.into()).collect();
        assert_eq!(found, ["/p/16/bin", "/p/15/bin", "/p/9/bin", "/p/common/bin"].map(PathBuf::from));
    }

    #[test]
    fn directory_without_all_programs_is_not_used() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!holds_programs(directory.path()));
        for program in PROGRAMS {
            assert!(!holds_programs(directory.path()), "without {program}");
            fs::write(directory.path().join(program), "").unwrap();
        }
        assert!(holds_programs(directory.path()));
    }
}
