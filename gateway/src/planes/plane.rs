//! A running plane.

use std::sync::Arc;

use edgewise_control::Control;
use edgewise_decide::Cache;
use edgewise_http::App;
use tokio::task::JoinHandle;

/// A running plane, whose app is to be served.
#[derive(Debug)]
pub struct Plane {
    /// The routes of the plane.
    pub(super) app: Arc<App>,
    pub(super) control: Option<Control>,
    /// The background tasks that keep the cache up to date.
    pub(super) background: Vec<JoinHandle<()>>,
}

impl Plane {
    /// Returns the routes of the plane.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        self.app.clone()
    }

    /// Stops the background tasks. A write of the control plane is finished first.
    pub async fn stop(self) {
        self.background.iter().for_each(JoinHandle::abort);
        if let Some(control) = self.control {
            control.stop().await;
        }
    }
}

/// Starts the background task that polls the snapshot store.
pub(super) fn poll(cache: &Arc<Cache>) -> JoinHandle<()> {
    tokio::spawn(cache.clone().poll_forever())
}
