//! Credentials that can be sent: without the line breaks of files that they were read from.

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};

/// Credentials whose parts can be sent in headers. White space around a part, such as the line break at the end of a file, is
/// removed.
#[derive(Debug)]
pub(crate) struct SendableCredentials(pub(crate) SharedCredentialsProvider);

/// A part of the credentials contains a control character, and so cannot be sent in a header.
#[derive(Debug, thiserror::Error)]
#[error("the credentials contain a control character")]
pub(crate) struct ControlCharacter;

impl ProvideCredentials for SendableCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { sendable(self.0.provide_credentials().await?) })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt().and_then(|credentials| sendable(credentials).ok())
    }
}

fn sendable(credentials: Credentials) -> provider::Result {
    let (id, secret) = (credentials.access_key_id(), credentials.secret_access_key());
    let token = credentials.session_token();
    let parts = [Some(id), Some(secret), token];
    if parts.iter().flatten().any(|part| part.trim().contains(char::is_control)) {
        return Err(CredentialsError::invalid_configuration(ControlCharacter));
    }
    if parts.iter().flatten().all(|part| part.trim() == *part) {
        return Ok(credentials);
    }
    let mut trimmed = Credentials::builder()
        .access_key_id(id.trim())
        .secret_access_key(secret.trim())
        .provider_name("trimmed");
    trimmed.set_session_token(token.map(|token| token.trim().to_owned()));
    trimmed.set_expiry(credentials.expiry());
    trimmed.set_account_id(credentials.account_id().cloned());
    Ok(trimmed.build())
}
