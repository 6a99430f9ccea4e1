//! The change that a unit of work makes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::entity::Entity;
use crate::services::error::{self, Result};

/// What a change does with its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::services) enum Action {
    Create,
    Update,
    Delete,
    Import,
    Publish,
    RollBack,
    Resume,
}

/// Members of an entity, each with its exact JSON as REST shows it.
type Members = BTreeMap<String, Box<RawValue>>;

/// A change of one entity: what the log line says, and what the audit trail will keep.
#[derive(Debug)]
pub(in crate::services) struct Change {
    pub(super) entity: Entity,
    pub(super) action: Action,
    /// The members that the change changed or removed, as they were before.
    pub(super) before: Members,
    /// The members that the change changed or added, as they are now.
    pub(super) after: Members,
}

impl Change {
    /// An entity was created.
    ///
    /// # Errors
    /// 500 if the entity is not a JSON object.
    pub(in crate::services) fn created(entity: impl Into<Entity>, after: &impl Serialize) -> Result<Self> {
        Ok(Self::new(entity, Action::Create, Members::new(), members(after)?))
    }

    /// An entity was updated.
    ///
    /// # Errors
    /// 500 if the entity is not a JSON object.
    pub(in crate::services) fn updated(
        entity: impl Into<Entity>,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> Result<Self> {
        Ok(Self::new(entity, Action::Update, members(before)?, members(after)?))
    }

    /// A list that belongs to an entity was replaced. `name` is the name of the list in the entity.
    ///
    /// # Errors
    /// 500 if the list is not JSON.
    pub(in crate::services) fn replaced<T: Serialize>(
        entity: impl Into<Entity>,
        name: &'static str,
        before: &[T],
        after: &[T],
    ) -> Result<Self> {
        Self::updated(entity, &BTreeMap::from([(name, before)]), &BTreeMap::from([(name, after)]))
    }

    /// An entity was deleted.
    ///
    /// # Errors
    /// 500 if the entity is not a JSON object.
    pub(in crate::services) fn deleted(entity: impl Into<Entity>, before: &impl Serialize) -> Result<Self> {
        Ok(Self::new(entity, Action::Delete, members(before)?, Members::new()))
    }

    /// An action that changes no member of the entity.
    pub(in crate::services) fn of(entity: impl Into<Entity>, action: Action) -> Self {
        Self::new(entity, action, Members::new(), Members::new())
    }

    fn new(entity: impl Into<Entity>, action: Action, mut before: Members, mut after: Members) -> Self {
        before.retain(|name, old| match after.get(name) {
            Some(new) if new.get() == old.get() => {
                after.remove(name);
                false
            }
            _ => true,
        });
        Self { entity: entity.into(), action, before, after }
    }

    /// Returns the name of the action in the log and in the audit trail: `experiment.update`.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.entity.kind.name(), self.action.name())
    }

    /// Returns the names of the changed members, separated by commas.
    pub(super) fn members(&self) -> String {
        let removed = self.before.keys().filter(|name| !self.after.contains_key(*name));
        let names: Vec<&str> = self.after.keys().chain(removed).map(String::as_str).collect();
        names.join(",")
    }
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Import => "import",
            Self::Publish => "publish",
            Self::RollBack => "rollback",
            Self::Resume => "resume",
        }
    }
}

fn members(value: &impl Serialize) -> Result<Members> {
    let text = serde_json::to_string(value).map_err(error::internal)?;
    serde_json::from_str(&text).map_err(error::internal)
}

#[cfg(test)]
mod tests {
    use edgewise_api::resources::Variant;

    use super::*;

    fn variant(name: &str, payload: Option<&str>) -> Variant {
        Variant {
            id: "v".to_owned(),
            key: "blue".to_owned(),
            name: name.to_owned(),
            payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
            experiment_id: "x".to_owned(),
        }
    }

    fn text(members: &Members) -> Vec<String> {
        members.iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn an_update_has_the_changed_members_only_as_they_were_sent() {
        let (before, after) = (variant("Old", Some("{\"n\":1.0}")), variant("New", Some("{\"n\":1.00}")));
        let change = Change::updated(&after, &before, &after).unwrap();
        assert_eq!(change.name(), "variant.update");
        assert_eq!(text(&change.before), ["name=\"Old\"", "payload={\"n\":1.0}"]);
        assert_eq!(text(&change.after), ["name=\"New\"", "payload={\"n\":1.00}"]);
        assert_eq!(change.members(), "name,payload");
    }

    #[test]
    fn a_created_entity_has_no_before_and_a_deleted_one_no_after() {
        let entity = variant("Name", None);
        let created = Change::created(&entity, &entity).unwrap();
        assert_eq!((created.before.len(), created.after.len()), (0, 5));
        let deleted = Change::deleted(&entity, &entity).unwrap();
        assert_eq!((deleted.before.len(), deleted.after.len()), (5, 0));
        assert_eq!(deleted.members(), created.members());
    }

    #[test]
    fn a_replaced_list_is_one_member() {
        let owner = variant("Name", None);
        let change = Change::replaced(&owner, "ranges", &[1, 2], &[1, 3]).unwrap();
        assert_eq!(
            (text(&change.before), text(&change.after)),
            (vec!["ranges=[1,2]".into()], vec!["ranges=[1,3]".into()])
        );
        assert_eq!(Change::replaced(&owner, "ranges", &[1], &[1]).unwrap().members(), "");
    }
}
