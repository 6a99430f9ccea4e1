use std::{fs, net::SocketAddr, path::PathBuf, process::Command};

use edgewise_tests::services::{FreshDatabase, fresh_database};
use serde_json::Value;
use tempfile::TempDir;

use crate::planes::Plane;

use super::{bucket::Bucket, history::History, process::Process, proxy::Proxy};

/// A database and a snapshot store for one test.
#[derive(Debug)]
pub(super) struct Stack {
    directory: TempDir,
    database_url: String,
    store: Store,
    /// The directory, which is removed when the stack is dropped.
    _database: Option<FreshDatabase>,
}

/// A snapshot store, which tests read directly.
#[derive(Clone, Debug)]
pub(super) enum Store {
    /// The directory that contains `configs/`.
    Directory(PathBuf),
    Bucket(Bucket),
}

impl Stack {
    /// Creates a stack with SQLite and a directory.
    pub(super) fn of_files() -> Self {
        let directory = TempDir::new().unwrap();
        let database_url = format!("sqlite://{}", directory.path().join("edgewise.db").display());
        let store = Store::Directory(directory.path().join("snapshots"));
        Self { directory, database_url, store, _database: None }
    }

    /// Creates a stack with Postgres and S3.
    pub(super) fn of_servers() -> Self {
        let database = fresh_database().unwrap();
        let stack = Self::on(database.url().to_owned());
        Self { _database: Some(database), ..stack }
    }

    /// Creates a stack with this database and S3.
    pub(super) fn on(database_url: String) -> Self {
        let store = Store::Bucket(Bucket::new());
        Self { directory: TempDir::new().unwrap(), database_url, store, _database: None }
    }

    /// Starts a plane, and waits until it is ready.
    pub(super) fn start(&self, plane: &str) -> Plane {
        Plane::start_with(plane, self.directory.path(), |command| self.set_up(plane, command, None))
    }

    /// Starts a plane that connects to the S3 server through a proxy, and waits until the plane is ready.
    pub(super) fn start_through(&self, proxy: &Proxy, plane: &str) -> Plane {
        let address = Some(proxy.address());
        Plane::start_with(plane, self.directory.path(), |command| self.set_up(plane, command, address))
    }

    /// Starts a plane that connects to the S3 server at `address`, where no server need listen yet.
    pub(super) fn start_process(&self, plane: &str, address: SocketAddr) -> Process {
        Process::start(plane, self.directory.path(), |command| self.set_up(plane, command, Some(address)))
    }

    /// Starts a plane with other settings than those of the stack, which `change` makes, and does not wait until it is ready.
    pub(super) fn start_with(
        &self,
        plane: &str,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Process {
        Process::start(plane, self.directory.path(), |command| change(self.set_up(plane, command, None)))
    }

    /// Returns the stack with another bucket, which does not exist.
    pub(super) fn without_bucket(mut self) -> Self {
        if let Store::Bucket(bucket) = &mut self.store {
            bucket.rename("edgewise-test-no-such-bucket");
        }
        self
    }

    /// Starts a decision plane that reads from a URL where no server need listen yet.
    pub(super) fn start_reader_of(&self, url: &str) -> Process {
        self.start_reader_with(url, |command| command)
    }

    /// Starts a decision plane that reads from a URL, with the settings that `change` makes.
    pub(super) fn start_reader_with(
        &self,
        url: &str,
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Process {
        Process::start("decide", self.directory.path(), |command| {
            change(command.args(["--snapshot-store", url, "--poll-interval", "0.1"]))
        })
    }

    fn set_up<'a>(
        &self,
        plane: &str,
        command: &'a mut Command,
        address: Option<SocketAddr>,
    ) -> &'a mut Command {
        if plane != "decide" {
            command.args(["--database-url", &self.database_url]);
        }
        if plane != "control" {
            command.args(["--poll-interval", "0.1"]);
        }
        if plane == "serve" {
            command.args(["--decide-rate-limit-enabled", "false"]);
        }
        match &self.store {
            Store::Directory(path) => {
                command.args(["--snapshot-store", &format!("file:{}", path.display())]);
            }
            Store::Bucket(bucket) => bucket.set_up(command, address.unwrap_or_else(Bucket::server)),
        }
        command
    }

    /// Whether several processes can use the database.
    pub(super) fn is_shared(&self) -> bool {
        self.database_url.starts_with("postgres:")
    }

    pub(super) fn store(&self) -> Store {
        self.store.clone()
    }

    pub(super) fn history(&self, environment_id: &str) -> History {
        History::new(&self.database_url, environment_id)
    }
}

impl Store {
    /// Returns the object at a path below `configs/`.
    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        let path = format!("configs/{path}");
        match self {
            Self::Directory(root) => fs::read(root.join(path)).ok(),
            Self::Bucket(bucket) => bucket.get(&path),
        }
    }

    fn json(&self, path: &str) -> Value {
        let bytes = self.get(path).unwrap_or_else(|| panic!("there is no {path}"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Returns the version in version.json.
    pub(super) fn version(&self, environment: &str) -> u64 {
        self.json(&format!("{environment}/version.json"))["version"].as_u64().unwrap()
    }

    /// Returns the live snapshot: latest.json.
    pub(super) fn latest(&self, environment: &str) -> Value {
        self.json(&format!("{environment}/snapshots/latest.json"))
    }
}
