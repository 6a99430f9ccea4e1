//! Committing a unit of work.

use edgewise_api::Publication;

use super::{change::Change, services::Services, unit::UnitOfWork};
use crate::services::error::Result;

/// Whether a change is to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::services) enum Publishing {
    /// The change does not affect what is live.
    NotDue,
    /// The next version is to include the change.
    Due,
    /// The unit of work has recorded a version with the change.
    Recorded,
}

impl Publishing {
    /// The change is to be published if it affects what is live.
    pub(in crate::services) const fn due_if(affects_live: bool) -> Self {
        if affects_live { Self::Due } else { Self::NotDue }
    }
}

impl Services {
    /// Commits a unit of work with its change, in one transaction. Then waits until the change is published, if it is to be
    /// published now.
    ///
    /// # Errors
    /// If the database does not confirm the commit.
    pub(in crate::services) async fn commit(
        &self,
        unit: UnitOfWork<'_>,
        change: Change,
        publishing: Publishing,
    ) -> Result<Publication> {
        let UnitOfWork { mut tx, principal, numbered } = unit;
        if publishing == Publishing::Due {
            // A change of a held environment is published once publishing resumes.
            tx.mark_due(&numbered, principal.who().name()).await?;
        }
        tx.commit().await?;
        tracing::info!(
            principal = principal.who().id(),
            way = principal.way().name(),
            action = change.name(),
            id = change.entity.id,
            name = change.entity.name,
            environment = numbered.environment_id,
            number = numbered.number,
            members = change.members(),
            "change saved"
        );
        match publishing {
            Publishing::NotDue => Ok(Publication::NotDue),
            Publishing::Due if numbered.held => Ok(Publication::OnHold),
            Publishing::Due | Publishing::Recorded => {
                Ok(self.publisher.publish(&numbered.environment_id, numbered.number).await)
            }
        }
    }
}
