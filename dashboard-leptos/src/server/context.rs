//! The parts of the server that pages and server functions use. The module refers to no page.

use axum::http::{StatusCode, request::Parts};
use edgewise_api::ApiError;
use edgewise_caller::Principal;
use edgewise_control::services::Services;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::problem::Problem;

pub(crate) use super::{
    assets::links,
    headers::{set_security_headers, theme},
};

/// Calls `work` with the services and the principal of the current request. There are no accounts yet: every client
/// that can connect may do everything.
///
/// # Errors
/// The error of `work`; 500 outside of a request.
pub(crate) async fn with_services<T>(
    work: impl AsyncFnOnce(Services, Principal) -> Result<T, ApiError>,
) -> Result<T, Problem> {
    match use_context::<Services>() {
        Some(services) => work(services, Principal::for_server_functions()).await.map_err(|error| {
            set_status(error.status());
            error.into()
        }),
        None => Err(ApiError::internal("this call needs the context of a request").into()),
    }
}

/// Returns the path of the current request, below the base.
pub(crate) fn path() -> String {
    use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default()
}

/// Sets the status of the current response.
pub(crate) fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}
