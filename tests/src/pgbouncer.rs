//! pgbouncer in front of the Postgres server of the tests.

use std::{
    fs,
    net::SocketAddr,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    process::free_address,
    program::{Program, find},
};

/// A pgbouncer that listens on a free port of 127.0.0.1. Dropping this value stops pgbouncer, and removes its files.
#[derive(Debug)]
pub struct Pgbouncer {
    address: SocketAddr,
    database: String,
    _program: Program,
    _directory: TempDir,
}

impl Pgbouncer {
    /// Starts pgbouncer in front of the database of a `postgres://user@host:port/database` URL, with further lines of its
    /// section `[pgbouncer]`.
    ///
    /// # Errors
    /// If pgbouncer is not installed, or refuses the settings. The error contains pgbouncer's messages.
    pub fn start(url: &str, settings: &str) -> Result<Self> {
        let (directory, address) = (TempDir::new()?, free_address()?);
        let parts = || {
            let (user, rest) = url.split_once("://")?.1.split_once('@')?;
            let (server, database) = rest.split_once('/')?;
            let (host, port) = server.rsplit_once(':')?;
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            Some((user, password, host, port, database.split('?').next()?))
        };
        let (user, password, host, port, database) =
            parts().context("the URL is not like postgres://user@host:port/database")?;
        let password = if password.is_empty() { String::new() } else { format!(" password='{password}'") };
        let server = format!("host={host} port={port} user={user}{password}");
        let file = directory.path().join("pgbouncer.ini");
        let config = format!(
            "[databases]\n{database} = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = any\n{settings}\n",
            address.port()
        );
        fs::write(&file, config)?;
        let mut pgbouncer = Command::new(find("pgbouncer")?);
        if fs::metadata("/proc/self")?.uid() == 0 {
            // pgbouncer refuses to run as root.
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755))?;
            pgbouncer.uid(id("-u")?).gid(id("-g")?);
        }
        let program = Program::start(pgbouncer.arg(&file), address, &directory.path().join("log"))?;
        Ok(Self { address, database: database.to_owned(), _program: program, _directory: directory })
    }

    /// Returns the URL of the database behind pgbouncer.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/{}", self.address, self.database)
    }
}

/// Returns an id of the system's user `postgres`.
fn id(kind: &str) -> Result<u32> {
    let output = Command::new("id").args([kind, "postgres"]).output()?;
    let id = String::from_utf8(output.stdout)?;
    id.trim().parse().context("pgbouncer does not run as root, and there is no user `postgres`")
}
