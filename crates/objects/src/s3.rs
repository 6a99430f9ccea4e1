//! A bucket of S3, or of a server with the same API.

use std::{fmt, io};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::{
    Client,
    config::Builder,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use edgewise_api::paths;

use crate::store::{Condition, Object, ObjectError, ObjectStore, Put};

/// A bucket of S3, or of what speaks like it (MinIO, R2, SeaweedFS): it must honour `If-Match` and
/// `If-None-Match` on writes.
#[derive(Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    /// What all keys begin with: empty, or ending in `/`.
    prefix: String,
}

/// Where a bucket is. Credentials and region come from the usual `AWS_…` variables, files and roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Options {
    /// The bucket's name.
    pub bucket: String,
    /// What the keys of the store begin with, without a slash at its ends; may be empty.
    pub prefix: String,
    /// The server's URL, if it is not that of AWS.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path rather than in the host name, as MinIO wants it.
    pub path_style: bool,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl S3 {
    /// The store in that bucket. Nothing is asked of it yet.
    pub async fn new(options: &S3Options) -> Self {
        let environment = aws_config::defaults(BehaviorVersion::latest()).load().await;
        let mut config = Builder::from(&environment).force_path_style(options.path_style);
        if let Some(endpoint) = &options.endpoint {
            config = config.endpoint_url(endpoint);
        }
        if environment.region().is_none() {
            // Servers other than AWS rarely care, but requests are signed for a region.
            config = config.region(Region::new("us-east-1"));
        }
        let prefix = options.prefix.trim_matches('/');
        Self {
            client: Client::from_conf(config.build()),
            bucket: options.bucket.clone(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        }
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

#[async_trait]
impl ObjectStore for S3 {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        let failed = |problem: String| failed("read", path, problem);
        match self.client.get_object().bucket(&self.bucket).key(self.key(path)).send().await {
            Ok(found) => {
                let etag = found.e_tag.unwrap_or_default();
                let body = found.body.collect().await.map_err(|error| failed(error.to_string()))?;
                Ok(Some(Object { bytes: body.to_vec(), etag }))
            }
            // Without the right to list the bucket, S3 says 403 of an object that is not there.
            Err(error)
                if matches!(status(&error), Some(404 | 403)) && error.code() != Some("NoSuchBucket") =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(described(&error))),
        }
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(path))
            .content_type(paths::media_type(path))
            .cache_control(paths::cache_control(path))
            .body(ByteStream::from(bytes.to_vec()));
        let put = match condition {
            Condition::Absent => put.if_none_match("*"),
            Condition::Matches(etag) => put.if_match(etag),
        };
        match put.send().await {
            Ok(_) => Ok(Put::Written),
            // 409: another conditional write of the object was under way. 404: there is nothing that could match.
            Err(error) if matches!(status(&error), Some(412 | 409)) => Ok(Put::Refused),
            Err(error) if status(&error) == Some(404) && error.code() == Some("NoSuchKey") => {
                Ok(Put::Refused)
            }
            Err(error) => Err(failed("write", path, described(&error))),
        }
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// What the server said, or why it could not be asked.
fn described<E>(error: &SdkError<E>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match (error.code(), error.message(), status(error)) {
        (Some(code), Some(message), _) => format!("{code}: {message}"),
        (_, _, Some(status)) => format!("it answered with status {status}"),
        _ => DisplayErrorContext(error).to_string(),
    }
}

fn failed(action: &'static str, path: &str, problem: String) -> ObjectError {
    ObjectError { action, path: path.to_owned(), source: io::Error::other(problem) }
}
