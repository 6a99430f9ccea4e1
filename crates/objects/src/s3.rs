//! An object store in a bucket of S3, or of a server with the same API.

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

/// A bucket of S3, or of a server with the same API (MinIO, R2, SeaweedFS). The server must honour `If-Match` and
/// `If-None-Match` on writes.
#[derive(Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    /// The prefix of all keys: empty, or with `/` at the end.
    prefix: String,
}

/// The location of a bucket. Credentials and region come from the usual `AWS_…` variables, files and roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Options {
    /// The name of the bucket.
    pub bucket: String,
    /// The prefix of the keys, without a slash at either end; may be empty.
    pub prefix: String,
    /// The URL of the server, unless the server is AWS.
    pub endpoint: Option<String>,
    /// Whether URLs have the bucket in their path rather than in the host name, as MinIO requires.
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
    /// Creates a client of the bucket, without sending a request.
    pub async fn new(options: &S3Options) -> Self {
        let environment = aws_config::defaults(BehaviorVersion::latest()).load().await;
        let mut config = Builder::from(&environment).force_path_style(options.path_style);
        if let Some(endpoint) = &options.endpoint {
            config = config.endpoint_url(endpoint);
        }
        if environment.region().is_none() {
            // Requests are signed for a region, although servers other than AWS rarely check the region.
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
            // S3 responds 403 for a missing object if the credentials do not permit listing the bucket.
            Err(error)
                if matches!(status(&error), Some(404 | 403)) && error.code() != Some("NoSuchBucket") =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(describe(&error))),
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
            // 409: a concurrent conditional write of the object. 404: no object exists that could match.
            Err(error) if matches!(status(&error), Some(412 | 409)) => Ok(Put::Refused),
            Err(error) if status(&error) == Some(404) && error.code() == Some("NoSuchKey") => {
                Ok(Put::Refused)
            }
            Err(error) => Err(failed("write", path, describe(&error))),
        }
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Describes an error: the error response of the server, or the reason why there is no response.
fn describe<E>(error: &SdkError<E>) -> String
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match (error.code(), error.message(), status(error)) {
        (Some(code), Some(message), _) => format!("{code}: {message}"),
        (_, _, Some(status)) => format!("the server responded with status {status}"),
        _ => DisplayErrorContext(error).to_string(),
    }
}

fn failed(action: &'static str, path: &str, problem: String) -> ObjectError {
    ObjectError { action, path: path.to_owned(), source: io::Error::other(problem) }
}
