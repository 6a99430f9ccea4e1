//! An object store in a bucket of S3, or of a server with the same API.

use std::{env, error::Error, fmt, sync::Arc};

use async_trait::async_trait;
use aws_config::{BehaviorVersion, SdkConfig, meta::region::RegionProviderChain, retry::RetryConfig};
use aws_credential_types::provider::{SharedCredentialsProvider, error::CredentialsError};
use aws_sdk_s3::{
    Client,
    config::{Builder, RequestChecksumCalculation},
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
};
use edgewise_api::{
    paths,
    refusal::{ACCESS_DENIED, NO_SUCH_KEY},
};

use crate::{
    credentials::{ControlCharacter, SendableCredentials},
    denials::Denials,
    encoding::decode,
    error::{ObjectError, Problem, Refusal, causes},
    settings,
    store::{Condition, Object, ObjectStore, Put},
    web_page::refuse_web_page,
};

/// The size limit of an object after decoding its `content-encoding`.
const DECODED_BYTES: usize = 64 << 20;

/// A bucket of S3, or of a server with the same API (MinIO, R2, SeaweedFS). The server must honour `If-Match` and
/// `If-None-Match` on writes.
#[derive(Clone)]
pub struct S3 {
    client: Client,
    bucket: String,
    /// The prefix of all keys: empty, or with `/` at the end.
    prefix: String,
    denials: Arc<Denials>,
    /// The refusal of every request, if a setting is wrong.
    wrong_setting: Option<Refusal>,
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
    /// Creates a client of the bucket, without sending a request. Credentials, region and proxies come from the environment.
    pub async fn new(options: &S3Options) -> Self {
        // The environment is checked first, because loading settings that are wrong can panic.
        let region = settings::region(RegionProviderChain::default_provider().region().await.as_ref());
        let retries = settings::check_retries(|name| env::var(name).ok());
        let mut environment = aws_config::defaults(BehaviorVersion::latest()).region(region);
        if retries.is_err() {
            environment = environment.retry_config(RetryConfig::standard());
        }
        let store = Self::with_config(options, &environment.load().await);
        Self { wrong_setting: store.wrong_setting.or(retries.err()), ..store }
    }

    /// Creates a client of the bucket with these credentials and this region, without sending a request.
    #[must_use]
    pub fn with_config(options: &S3Options, environment: &SdkConfig) -> Self {
        let mut config = Builder::from(environment).force_path_style(options.path_style);
        if let Some(endpoint) = &options.endpoint {
            config = config.endpoint_url(endpoint);
        }
        let region = settings::region(environment.region());
        let wrong_setting = settings::check_region(&region).err();
        config = config.region(region);
        if let Some(credentials) = environment.credentials_provider() {
            config =
                config.credentials_provider(SharedCredentialsProvider::new(SendableCredentials(credentials)));
        }
        if environment.request_checksum_calculation().is_none() {
            // Some servers refuse the checksums that AWS only recommends. Every upload is signed with its SHA-256.
            config = config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        }
        let prefix = options.prefix.trim_matches('/');
        Self {
            client: Client::from_conf(config.build()),
            bucket: options.bucket.clone(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            denials: Arc::default(),
            wrong_setting,
        }
    }

    fn check_settings(&self) -> Result<(), Problem> {
        self.wrong_setting.clone().map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    fn key(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

#[async_trait]
impl ObjectStore for S3 {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        let failed = |source| ObjectError { action: "read", path: path.to_owned(), source };
        self.check_settings().map_err(failed)?;
        match self.client.get_object().bucket(&self.bucket).key(self.key(path)).send().await {
            Ok(found) => {
                let etag = found.e_tag.unwrap_or_default();
                let body = found.body.collect().await.map_err(|error| failed(Problem::of_body(&error)))?;
                let encodings = found.content_encoding.unwrap_or_default();
                let content = decode(&encodings, body.to_vec(), DECODED_BYTES).await;
                let bytes = content.and_then(refuse_web_page).map_err(failed)?;
                Ok(Some(Object { bytes, etag }))
            }
            Err(error) => match (status(&error), error.code()) {
                // A 404 without the code comes from a server that is no store: the endpoint is wrong.
                (Some(404), Some(NO_SUCH_KEY)) => Ok(None),
                // S3 denies reading a missing object if the credentials do not permit listing the bucket.
                (Some(403), Some(ACCESS_DENIED)) => {
                    self.denials.record(path);
                    Ok(None)
                }
                _ => Err(failed(problem(&error))),
            },
        }
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        let failed = |source| ObjectError { action: "write", path: path.to_owned(), source };
        self.check_settings().map_err(failed)?;
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
            // A proxy that compresses the object weakens its ETag. The store knows the strong ETag only.
            Condition::Matches(etag) => put.if_match(etag.strip_prefix("W/").unwrap_or(etag)),
        };
        match put.send().await {
            Ok(written) if written.e_tag.is_some() => Ok(Put::Written),
            // A sign-in page of the network also has the status 200. S3 sends the ETag of what it has stored.
            Ok(_) => Err(failed(Problem::Failed(
                "the response has no ETag: a sign-in page of the network, or a proxy, stands between this machine and the store"
                    .to_owned(),
            ))),
            // 409: a concurrent conditional write of the object. 404: no object exists that could match.
            Err(error) if matches!(status(&error), Some(412 | 409)) => Ok(Put::Refused),
            Err(error) if status(&error) == Some(404) && error.code() == Some(NO_SUCH_KEY) => {
                Ok(Put::Refused)
            }
            Err(error) => Err(failed(problem(&error))),
        }
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Describes an error: the code of the server's response, or the reason why there is no response. The message of the response
/// is left out, because it can contain the id of the access key.
fn problem<E>(error: &SdkError<E>) -> Problem
where
    E: Error + ProvideErrorMetadata + 'static,
{
    // A successful status whose body cannot be read is no refusal.
    if let Some(response) = error.raw_response().filter(|response| !response.status().is_success()) {
        let region = response.headers().get("x-amz-bucket-region");
        return Refusal::of_response(response.status().as_u16(), error.code(), region).into();
    }
    if causes(error).any(|cause| cause.is::<ControlCharacter>()) {
        return Refusal::local("InvalidCredentials").into();
    }
    if causes(error).any(|cause| cause.is::<CredentialsError>()) {
        return Refusal::local("NoCredentials").into();
    }
    if error.raw_response().is_some() { Problem::of_body(error) } else { Problem::of_connection(error) }
}
