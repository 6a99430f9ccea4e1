//! The extractor of JSON bodies.

use axum::extract::{FromRequest, Request};
use edgewise_api::{
    ApiError,
    resources::{
        AllocationsPut, AudienceCreate, AudiencePatch, EnvironmentCreate, ExperimentCreate, ExperimentPatch,
        StatusPatch, VariantCreate, VariantPatch, VariantsPatch,
    },
};
use edgewise_http::{ErrorResponse, JsonBody};

/// A request that can be read from a JSON body.
pub(super) trait FromBody: Sized {
    /// Reads the body.
    ///
    /// # Errors
    /// 400, naming the invalid field.
    fn from_body(body: &[u8]) -> Result<Self, ApiError>;
}

macro_rules! from_body {
    ($($request:ty),+ $(,)?) => {
        $(impl FromBody for $request {
            fn from_body(body: &[u8]) -> Result<Self, ApiError> {
                <$request>::from_body(body)
            }
        })+
    };
}

from_body!(
    AllocationsPut,
    AudienceCreate,
    AudiencePatch,
    EnvironmentCreate,
    ExperimentCreate,
    ExperimentPatch,
    StatusPatch,
    VariantCreate,
    VariantPatch,
    VariantsPatch,
);

/// Extracts the request in the body.
pub(super) struct Body<T>(pub(super) T);

impl<S: Sync, T: FromBody> FromRequest<S> for Body<T> {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ErrorResponse> {
        let JsonBody(body) = JsonBody::from_request(request, state).await?;
        Ok(Self(T::from_body(&body)?))
    }
}
