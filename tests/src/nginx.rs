//! nginx in front of a server.

use std::{fs, net::SocketAddr, process::Command};

use anyhow::Result;
use tempfile::TempDir;

use crate::program::{Program, find};

/// An nginx that listens on an address of 127.0.0.1. Dropping this value stops nginx, and removes its files.
#[derive(Debug)]
pub struct Nginx {
    address: SocketAddr,
    _program: Program,
    _directory: TempDir,
}

impl Nginx {
    /// Starts nginx on `address` with its default settings, and these directives in its only `server`. The directives can
    /// use the `upstream` with the name `edgewise`, which keeps idle connections to the server at `to`.
    ///
    /// # Errors
    /// If nginx is not installed, or refuses the directives. The error contains nginx's messages.
    pub fn start(address: SocketAddr, to: SocketAddr, directives: &str) -> Result<Self> {
        let directory = TempDir::new()?;
        let file = directory.path().join("nginx.conf");
        let scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| {
            let path = directory.path().join(kind);
            format!("{kind}_temp_path {};", path.display())
        });
        // One process in the foreground, which ends when it is killed.
        let config = format!(
            "daemon off;\nmaster_process off;\npid {pid};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
             {scratch}\nupstream edgewise {{ server {to}; keepalive 8; }}\n\
             server {{\nlisten {address};\n{directives}\n}}\n}}\n",
            pid = directory.path().join("pid").display(),
            scratch = scratch.join("\n"),
        );
        fs::write(&file, config)?;
        let mut nginx = Command::new(find("nginx")?);
        nginx.arg("-e").arg("stderr").arg("-p").arg(directory.path()).arg("-c").arg(&file);
        let program = Program::start(&mut nginx, address, &directory.path().join("log"))?;
        Ok(Self { address, _program: program, _directory: directory })
    }

    /// Returns the address that nginx listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}
