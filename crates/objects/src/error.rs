//! Errors of object stores: what failed, and whether waiting can help.

use std::{borrow::Cow, error::Error, io};

use edgewise_api::refusal::{ACCESS_DENIED, is_code};

/// The reason why a store could not read or write an object.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot store cannot {action} `{path}`: {source}")]
pub struct ObjectError {
    /// The failed action: `read` or `write`.
    pub action: &'static str,
    /// The path of the object.
    pub path: String,
    /// The cause.
    pub source: Problem,
}

/// The cause of a failed read or write. The text contains no credentials.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file system failed for a reason that can end by itself.
    #[error(transparent)]
    File(io::Error),
    /// The store refused the request, or the request could not be made because of a wrong configuration.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store cannot be reached. The text can name addresses.
    #[error("{0}")]
    Unreachable(String),
    /// The response of the store ended before it was complete. The text can name addresses.
    #[error("{0}")]
    Incomplete(String),
    /// The response of the store is not valid, or comes too late. The text names nothing of the store or this machine.
    #[error("{0}")]
    Failed(String),
}

/// A refusal of a store, with the store's code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", self.hint().map_or(Cow::Borrowed(""), |hint| format!(": {hint}").into()))]
pub struct Refusal {
    code: Cow<'static, str>,
    /// The region of the bucket, if the store names the region.
    region: Option<String>,
    waiting_helps: bool,
}

/// The codes of refusals that end by themselves, whatever their status is.
const PASSING: [&str; 8] = [
    "SlowDown",
    "RequestTimeout",
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "OperationAborted",
    "IncompleteBody",
    "BadDigest",
];

/// The code with which a store refuses a request that it does not support.
const NOT_IMPLEMENTED: &str = "NotImplemented";

/// The end of the text of the error that HTTP clients return if a proxy responds to CONNECT with 407.
const PROXY_WANTS_CREDENTIALS: &str = "proxy authorization required";

impl Problem {
    /// Returns whether the same request may succeed later although nobody repairs anything.
    #[must_use]
    pub fn waiting_helps(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.waiting_helps,
            Self::File(_) | Self::Unreachable(_) | Self::Incomplete(_) | Self::Failed(_) => true,
        }
    }

    /// Returns the refusal, if somebody must repair a configuration before the store accepts requests.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) if !refusal.waiting_helps => Some(refusal),
            _ => None,
        }
    }

    /// Describes an error of a connection before the response began, with all its causes.
    pub fn of_connection(error: &(dyn Error + 'static)) -> Self {
        Self::of_causes(error, Self::Unreachable)
    }

    /// Describes an error of reading the body of a response, with all its causes.
    pub fn of_body(error: &(dyn Error + 'static)) -> Self {
        Self::of_causes(error, Self::Incomplete)
    }

    fn of_causes(error: &(dyn Error + 'static), problem: fn(String) -> Self) -> Self {
        let is_certificate = |cause: &(dyn Error + 'static)| {
            matches!(cause.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
        };
        if causes(error).any(is_certificate) {
            return Refusal::local("InvalidCertificate").into();
        }
        // The type of this error is private. It is the answer of a proxy to CONNECT, and ends the chain of causes.
        if causes(error).any(|cause| cause.to_string().ends_with(PROXY_WANTS_CREDENTIALS)) {
            return Refusal::of_response(407, None, None).into();
        }
        // The text of an error often repeats the text of its cause.
        let mut text = String::new();
        for cause in causes(error).map(ToString::to_string) {
            if !text.ends_with(&cause) {
                text = if text.is_empty() { cause } else { format!("{text}: {cause}") };
            }
        }
        problem(text)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Refusal::local("PermissionDenied").into(),
            io::ErrorKind::ReadOnlyFilesystem => Refusal::local("ReadOnlyFilesystem").into(),
            _ => Self::File(error),
        }
    }
}

impl Refusal {
    /// Creates the refusal of a response with an error status. `code` is the store's code, if it sent one; `region` is the
    /// region of the bucket, if the store named it.
    #[must_use]
    pub fn of_response(status: u16, code: Option<&str>, region: Option<&str>) -> Self {
        let code = code.filter(|code| is_code(code));
        let waiting_helps = match (status, code) {
            (_, Some(code)) if PASSING.contains(&code) => true,
            (501, _) | (_, Some(NOT_IMPLEMENTED)) => false,
            (304 | 307 | 408 | 409 | 412 | 425 | 429, _) => true,
            (status, _) => !(300..500).contains(&status),
        };
        let region = region.filter(|region| is_code(region)).map(str::to_owned);
        let code = code.map_or_else(|| format!("status {status}"), str::to_owned).into();
        Self { code, region, waiting_helps }
    }

    /// Creates the refusal of a request that cannot be sent because of a wrong configuration.
    #[must_use]
    pub const fn local(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), region: None, waiting_helps: false }
    }

    /// Returns the code of the store, or `status …` if the store sent no code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Returns what to do.
    fn hint(&self) -> Option<Cow<'static, str>> {
        let hint = match self.code() {
            ACCESS_DENIED => "grant the credentials s3:GetObject, s3:PutObject and s3:ListBucket",
            "SignatureDoesNotMatch" => "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "InvalidAccessKeyId" | "InvalidSecurity" | "NotSignedUp" => "check AWS_ACCESS_KEY_ID",
            "InvalidToken" | "ExpiredToken" | "TokenRefreshRequired" => "renew AWS_SESSION_TOKEN or the role",
            "RequestTimeTooSkewed" | "RequestExpired" => "set the clock of this machine",
            "NoSuchBucket" | "InvalidBucketName" => "check the bucket in --snapshot-store",
            "AllAccessDisabled" | "AccountProblem" => "the store has disabled the account or the bucket",
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                return Some(match &self.region {
                    Some(region) => format!("the bucket is in region {region}: set AWS_REGION").into(),
                    None => "set AWS_REGION to the region of the bucket".into(),
                });
            }
            "NoCredentials" => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role that can use the bucket"
            }
            "InvalidCredentials" => {
                "remove the control characters, such as line breaks, from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and \
                 AWS_SESSION_TOKEN, or where else the credentials come from"
            }
            "InvalidRegion" => "set AWS_REGION to the name of a region, such as eu-central-1",
            "InvalidMaxAttempts" => "set AWS_MAX_ATTEMPTS to a whole number from 1 on",
            "InvalidRetryMode" => "set AWS_RETRY_MODE to standard or adaptive",
            "InvalidCertificate" => {
                "this machine does not trust the certificate of the store: add its issuer to the system's certificates, \
                 or to SSL_CERT_FILE"
            }
            "status 401" | "status 403" => "the store requires credentials, or denies the request",
            "status 407" => "the proxy requires credentials: check HTTP_PROXY and HTTPS_PROXY",
            "PermissionDenied" => "permit this process to use the snapshot directory and its files",
            "ReadOnlyFilesystem" => {
                "the snapshot directory can only be read: mount its file system for writing"
            }
            NOT_IMPLEMENTED | "status 501" => {
                "the store must support If-Match and If-None-Match on writes, or a proxy in front of the store does not"
            }
            // The client of S3 calls a 404 without a body `NotFound`.
            code if !self.waiting_helps
                && ["status 3", "status 4", "NotFound"].iter().any(|start| code.starts_with(start)) =>
            {
                "the server is no store, or expects https://: check EDGEWISE_S3_ENDPOINT, or the URL in --snapshot-store"
            }
            _ => return None,
        };
        Some(hint.into())
    }
}

/// Returns an error and its causes. The cause of an I/O error is often inside of it, rather than its source.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_end_by_itself_is_waited_for() {
        let waiting_helps = |status, code: Option<&str>| {
            Problem::from(Refusal::of_response(status, code, None)).waiting_helps()
        };
        for (status, code) in [
            (403, Some("SignatureDoesNotMatch")),
            (403, Some("AccessDenied")),
            (403, None),
            (401, None),
            (407, None),
            (301, Some("PermanentRedirect")),
            (400, Some("ExpiredToken")),
            (404, Some("NoSuchBucket")),
            (301, None),
            (302, None),
            (308, None),
            (400, None),
            (404, None),
            (405, None),
            (405, Some("MethodNotAllowed")),
            (501, None),
            (501, Some("NotImplemented")),
        ] {
            assert!(!waiting_helps(status, code), "{status} {code:?}");
        }
        for (status, code) in [
            (503, Some("SlowDown")),
            (500, Some("InternalError")),
            (400, Some("RequestTimeout")),
            (409, Some("OperationAborted")),
            (307, Some("TemporaryRedirect")),
            (412, None),
            (429, None),
            (502, None),
            (304, None),
            (307, None),
            (408, None),
            (425, None),
            (500, None),
        ] {
            assert!(waiting_helps(status, code), "{status} {code:?}");
        }
        let file = |kind| Problem::from(io::Error::from(kind));
        assert!(file(io::ErrorKind::StorageFull).waiting_helps());
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem] {
            assert!(!file(kind).waiting_helps() && file(kind).refusal().is_some(), "{kind}");
        }
    }

    #[test]
    fn a_refusal_names_the_code_and_what_to_do_and_repeats_nothing_else_of_the_store() {
        let text = |code, region| Refusal::of_response(403, Some(code), region).to_string();
        assert_eq!(
            text("SignatureDoesNotMatch", None),
            "SignatureDoesNotMatch: check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        );
        assert_eq!(
            text("PermanentRedirect", Some("eu-west-1")),
            "PermanentRedirect: the bucket is in region eu-west-1: set AWS_REGION"
        );
        assert_eq!(
            text("PermanentRedirect", Some("a\nb")),
            "PermanentRedirect: set AWS_REGION to the region of the bucket"
        );
        assert_eq!(text("SomethingNew", None), "SomethingNew");
        assert!(text("AKIA with a message", None).starts_with("status 403"));
        for status in [301, 400, 404, 405] {
            let refusal = Refusal::of_response(status, None, None).to_string();
            assert!(refusal.contains("EDGEWISE_S3_ENDPOINT"), "{refusal}");
        }
        let refusal = Refusal::of_response(501, None, None).to_string();
        assert!(refusal.starts_with("status 501: the store must support If-Match"), "{refusal}");
        assert_eq!(Refusal::of_response(408, None, None).to_string(), "status 408");
    }

    #[test]
    fn the_causes_of_an_error_are_described_once() {
        let inner = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let error = ObjectError {
            action: "read",
            path: "x".to_owned(),
            source: Problem::File(io::Error::other(inner)),
        };
        let Problem::Unreachable(text) = Problem::of_connection(&error) else { panic!() };
        assert_eq!(text, "the snapshot store cannot read `x`: connection refused");
    }

    #[test]
    fn a_proxy_that_wants_credentials_is_a_refusal() {
        let error = io::Error::other(io::Error::other("tunnel error: proxy authorization required"));
        let problem = Problem::of_connection(&error);
        assert_eq!(problem.refusal().map(Refusal::code), Some("status 407"));
        assert!(problem.to_string().contains("the proxy requires credentials"), "{problem}");
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_a_refusal() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let error = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        assert_eq!(Problem::of_connection(&error).refusal().map(Refusal::code), Some("InvalidCertificate"));
    }
}
