use std::{net::SocketAddr, process::Command};

use aws_sdk_s3::Client;
use edgewise_tests::services::{S3Server, fresh_bucket};

use super::wait_for;

/// The prefix of the keys of a store.
const PREFIX: &str = "some/prefix";

/// A bucket on the S3 server, for one test.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    server: S3Server,
    client: Client,
    name: String,
}

impl Bucket {
    pub(super) fn new() -> Self {
        let (server, name) = fresh_bucket().unwrap();
        Self { client: server.client(), server, name }
    }

    /// Changes the name, but not the bucket on the server.
    pub(super) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Returns the address of the S3 server.
    pub(super) fn server() -> SocketAddr {
        let endpoint = S3Server::from_environment().unwrap().endpoint;
        endpoint.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// Adds the options of a plane that uses the bucket, through a proxy or server on `address`.
    pub(super) fn set_up(&self, command: &mut Command, address: SocketAddr) {
        command.args(["--snapshot-store", &format!("s3://{}/{PREFIX}", self.name)]);
        command.args(["--s3-endpoint", &format!("http://{address}"), "--s3-path-style"]);
        command.env("AWS_ACCESS_KEY_ID", &self.server.access_key);
        command.env("AWS_SECRET_ACCESS_KEY", &self.server.secret).env("AWS_REGION", "us-east-1");
    }

    /// Writes an object with a `content-encoding`.
    pub(super) fn put_encoded(&self, path: &str, encoding: &str, content: Vec<u8>) {
        wait_for(async {
            let put = self.client.put_object().bucket(&self.name).key(format!("{PREFIX}/{path}"));
            put.content_encoding(encoding).body(content.into()).send().await.unwrap();
        });
    }

    /// Returns the object at `path`, such as `configs/prod/version.json`.
    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        wait_for(async {
            let key = format!("{PREFIX}/{path}");
            match self.client.get_object().bucket(&self.name).key(key).send().await {
                Ok(found) => Some(found.body.collect().await.unwrap().to_vec()),
                Err(error) => {
                    let status = error.raw_response().map(|response| response.status().as_u16());
                    assert_eq!(status, Some(404), "{path}: {error:?}");
                    None
                }
            }
        })
    }
}
