//! A plane that runs.

use std::sync::Arc;

use edgewise_control::Control;
use edgewise_decide::Cache;
use edgewise_http::App;
use tokio::task::JoinHandle;

/// A plane that is ready to answer requests.
#[derive(Debug)]
pub struct Plane {
    /// All it serves.
    pub(super) app: Arc<App>,
    pub(super) control: Option<Control>,
    /// What keeps the cache up to date.
    pub(super) keeping_up: Vec<JoinHandle<()>>,
}

impl Plane {
    /// The routes that it serves.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        self.app.clone()
    }

    /// Ends what runs in the background, once it is whole.
    pub async fn stop(self) {
        self.keeping_up.iter().for_each(JoinHandle::abort);
        if let Some(control) = self.control {
            control.stop().await;
        }
    }
}

/// Keeps the cache up to date.
pub(super) fn keep_up(cache: &Arc<Cache>) -> JoinHandle<()> {
    tokio::spawn(cache.clone().poll_forever())
}
