//! A server with an nginx in front.

use edgewise_tests::{nginx::Nginx, process::free_address};
use tempfile::TempDir;

use crate::{client::Client, planes::Plane};

/// A server in one process, and an nginx in front.
pub(super) struct Front {
    /// A client of nginx, without a prefix.
    pub(super) client: Client,
    pub(super) plane: Plane,
    /// The URL of nginx, without a slash at the end.
    pub(super) url: String,
    _nginx: Nginx,
    _directory: TempDir,
}

impl Front {
    /// Starts a server and nginx. In `directives`, `{server}` is the address of the server; in `options`, `{nginx}` is the
    /// URL of nginx.
    #[track_caller]
    pub(super) fn start(options: &[&str], directives: &str) -> Self {
        let (directory, address) = (TempDir::new().unwrap(), free_address().unwrap());
        let url = format!("http://{address}");
        let options: Vec<String> = options.iter().map(|option| option.replace("{nginx}", &url)).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let plane = Plane::start("serve", directory.path(), &options);
        let server = plane.api.address();
        let directives = directives.replace("{server}", &server.to_string());
        let nginx = Nginx::start(address, server, &directives).unwrap();
        let client = Client::new(nginx.address(), "");
        Self { client, plane, url, _nginx: nginx, _directory: directory }
    }
}
