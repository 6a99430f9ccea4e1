//! What pages and their calls need of the server. It knows no page.

use axum::http::StatusCode;
use edgewise_control::services::Services;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::problem::Problem;

pub(crate) use super::{
    assets::links,
    headers::{protect, theme},
};

/// What the services answer to a call of a page.
///
/// # Errors
/// The problem that `work` meets; 500 outside of a request.
pub(crate) async fn with_services<T>(
    work: impl AsyncFnOnce(Services) -> Result<T, edgewise_api::ApiError>,
) -> Result<T, Problem> {
    match use_context::<Services>() {
        Some(services) => work(services).await.map_err(|error| {
            set_status(error.status);
            error.into()
        }),
        None => Err(Problem { status: 500, message: "this can be asked by pages alone".to_owned() }),
    }
}

/// Has the page that is being rendered, or the answer to the call, carry a status.
pub(crate) fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}
