use edgewise_api::{FieldPath, resources::Environment};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    calls,
    components::{Part, Toasts},
    model::{Basics, ExperimentRequest, Rules, Split, VariantInput, key, links},
    pages::navigation::navigator,
    problem::Problem,
};

/// A step of the wizard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Basics,
    Variants,
    Split,
    Audience,
    Review,
}

impl Step {
    pub(super) const ALL: [Self; 5] =
        [Self::Basics, Self::Variants, Self::Split, Self::Audience, Self::Review];

    pub(super) const fn number(self) -> u8 {
        self as u8 + 1
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Basics => "Basics",
            Self::Variants => "Variants",
            Self::Split => "Split",
            Self::Audience => "Audience",
            Self::Review => "Review",
        }
    }

    /// Returns the id of the step's heading.
    pub(super) const fn title_id(self) -> &'static str {
        match self {
            Self::Basics => "step-basics",
            Self::Variants => "step-variants",
            Self::Split => "step-split",
            Self::Audience => "step-audience",
            Self::Review => "step-review",
        }
    }

    pub(super) const fn previous(self) -> Self {
        match self {
            Self::Basics | Self::Variants => Self::Basics,
            Self::Split => Self::Variants,
            Self::Audience => Self::Split,
            Self::Review => Self::Audience,
        }
    }

    const fn following(self) -> Self {
        match self {
            Self::Basics => Self::Variants,
            Self::Variants => Self::Split,
            Self::Split => Self::Audience,
            Self::Audience | Self::Review => Self::Review,
        }
    }

    /// Returns the step that has the field of a problem.
    fn of(problem: &Problem) -> Option<Self> {
        match problem.field()?.root()? {
            "environmentId" | "name" | "key" | "description" => Some(Self::Basics),
            "variants" => Some(Self::Variants),
            "allocations" => Some(Self::Split),
            "audienceId" | "targetingRules" => Some(Self::Audience),
            _ => None,
        }
    }
}

/// The selected audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChosenAudience {
    pub(super) id: String,
    pub(super) name: String,
    /// A description of its rules.
    pub(super) words: String,
}

/// A new variant.
#[derive(Clone, Debug)]
pub(super) struct VariantDraft {
    /// The id by which the split refers to the variant.
    pub(super) id: String,
    pub(super) name: RwSignal<String>,
    pub(super) key: RwSignal<String>,
    /// Whether the key was edited. Otherwise it follows the name.
    pub(super) key_is_edited: RwSignal<bool>,
    /// JSON or empty.
    pub(super) payload: RwSignal<String>,
}

/// The state of the wizard.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// The current step.
    pub(super) step: RwSignal<Step>,
    /// The last step that was reached.
    pub(super) reached: RwSignal<Step>,
    pub(super) environment: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) key: RwSignal<String>,
    pub(super) key_is_edited: RwSignal<bool>,
    pub(super) description: RwSignal<String>,
    pub(super) variants: RwSignal<Vec<VariantDraft>>,
    /// The number of the last variant.
    variant_count: StoredValue<u32>,
    pub(super) split: RwSignal<Split>,
    /// The split that was set for the variants, to detect changes.
    default_split: StoredValue<Split>,
    pub(super) audience: RwSignal<Option<ChosenAudience>>,
    pub(super) rules: RwSignal<Rules>,
    /// The problem that the server reported.
    pub(super) problem: RwSignal<Option<Problem>>,
    /// Whether a request is pending.
    pub(super) busy: RwSignal<bool>,
    /// Whether there is input that would be lost.
    pub(super) touched: StoredValue<bool>,
}

impl Draft {
    /// Creates a draft with the given basics, and with a control and a treatment for half of the users each.
    pub(super) fn new(basics: Basics, environments: &[Environment], problem: Option<Problem>) -> Self {
        let Basics { environment, name, key, description } = basics;
        let is_known = environments.iter().any(|other| other.id == environment);
        let environment = match environments {
            [only] => only.id.clone(),
            _ if is_known => environment,
            _ => String::new(),
        };
        let touched = StoredValue::new(!name.is_empty());
        let draft = Self {
            step: RwSignal::new(Step::Basics),
            reached: RwSignal::new(Step::Basics),
            environment: RwSignal::new(environment),
            name: RwSignal::new(name),
            key_is_edited: RwSignal::new(!key.is_empty()),
            key: RwSignal::new(key),
            description: RwSignal::new(description),
            variants: RwSignal::new(Vec::new()),
            variant_count: StoredValue::new(0),
            split: RwSignal::new(Split::default()),
            default_split: StoredValue::new(Split::default()),
            audience: RwSignal::new(None),
            rules: RwSignal::new(Rules::default()),
            problem: RwSignal::new(problem),
            busy: RwSignal::new(false),
            touched,
        };
        draft.add_variant("Control");
        draft.add_variant("Treatment");
        draft.apply_default_split();
        draft
    }

    /// Adds a variant with this name, followed by a number if the name is taken.
    pub(super) fn add_variant(self, name: &str) {
        let number = self.variant_count.get_value() + 1;
        self.variant_count.set_value(number);
        let names = self.variants.with_untracked(|variants| {
            variants.iter().map(|variant| variant.name.get_untracked()).collect::<Vec<_>>()
        });
        let name = key::first_unused(name, ' ', &names);
        let variant = VariantDraft {
            id: number.to_string(),
            key: RwSignal::new(key::suggested(&name)),
            name: RwSignal::new(name),
            key_is_edited: RwSignal::new(false),
            payload: RwSignal::new(String::new()),
        };
        self.variants.update(|variants| variants.push(variant));
    }

    pub(super) fn remove_variant(self, id: &str) {
        self.touched.set_value(true);
        self.variants.update(|variants| variants.retain(|variant| variant.id != id));
    }

    /// Returns the variants for a bar.
    pub(super) fn parts(self) -> Vec<Part> {
        self.variants.with(|variants| {
            let part = |variant: &VariantDraft| Part { id: variant.id.clone(), name: variant.name.get() };
            variants.iter().map(part).collect()
        })
    }

    /// Divides the users equally among the variants, unless the split was edited. The shares of removed variants become
    /// unallocated.
    fn apply_default_split(self) {
        let variants = self.variants.get_untracked();
        let ids: Vec<_> = variants.iter().map(|variant| variant.id.as_str()).collect();
        self.split.update(|split| {
            if self.default_split.with_value(|default_split| default_split == split) {
                split.divide_evenly(&ids);
                self.default_split.set_value(split.clone());
            } else {
                split.retain(&ids);
            }
        });
    }

    /// Returns the problem with a field.
    pub(super) fn problem_of(
        self,
        field: impl Fn() -> FieldPath + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        Signal::derive(move || self.problem.with(|problem| problem.as_ref()?.for_field(&field())))
    }

    /// Returns the problem with the rules or with a field inside of the rules.
    pub(super) fn rules_problem(self) -> Signal<Option<Problem>> {
        let rules = FieldPath::of("targetingRules");
        Signal::derive(move || self.problem.get().filter(|problem| problem.is_within(&rules)))
    }

    /// Returns the problem, if it belongs to no field.
    pub(super) fn general_problem(self) -> Option<Problem> {
        self.problem.get().filter(|problem| Step::of(problem).is_none())
    }

    /// Shows a step that was reached before.
    pub(super) fn go_to(self, step: Step) {
        self.apply_default_split();
        self.step.set(step);
    }

    /// Checks the input, and shows the next step.
    pub(super) fn next(self) {
        if self.busy.get_untracked() {
            return;
        }
        let step = self.step.get_untracked();
        if let Some(problem) = self.missing_input(step) {
            self.fail(problem);
            return;
        }
        self.busy.set(true);
        let body = self.request(step).into_body();
        spawn_local(async move {
            let checked = calls::check_experiment(body).await;
            // The page may have been left meanwhile.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match checked {
                Ok(()) => {
                    let next = step.following();
                    self.problem.set(None);
                    self.reached.update(|reached| *reached = next.max(*reached));
                    self.go_to(next);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }

    /// Returns the function that creates the experiment and opens its page.
    pub(super) fn submitter(self) -> impl Fn(bool) + Clone {
        let navigate = navigator(false);
        let toasts = Toasts::from_context();
        move |launch| {
            if self.busy.get_untracked() {
                return;
            }
            if let Some(problem) = self.missing_input(Step::Review) {
                self.fail(problem);
                return;
            }
            self.busy.set(true);
            self.apply_default_split();
            let mut request = self.request(Step::Review);
            if launch {
                request.launch();
            }
            let name = self.name.get_untracked();
            let navigate = navigate.clone();
            spawn_local(async move {
                let created = calls::create_experiment(request.into_body()).await;
                if self.busy.try_set(false).is_some() {
                    return;
                }
                match created {
                    Ok(created) => {
                        let outcome = if launch { "launched" } else { "created as a draft" };
                        toasts.success(&format!("{name} {outcome}"), &created.publication);
                        self.touched.set_value(false);
                        navigate(&links::experiment(&created.id));
                    }
                    Err(problem) => self.fail(problem),
                }
            });
        }
    }

    /// Returns the first problem up to a step that can be found without the server.
    fn missing_input(self, step: Step) -> Option<Problem> {
        let missing = self.rules.with_untracked(|rules| rules.problem(&FieldPath::of("targetingRules")));
        missing.filter(|_| step >= Step::Audience).map(Problem::from)
    }

    /// Shows a problem at the step that has its field.
    fn fail(self, problem: Problem) {
        if let Some(step) = Step::of(&problem) {
            self.step.set(step);
        }
        self.problem.set(Some(problem));
    }

    /// Returns the request with the input of the steps up to `step`.
    fn request(self, step: Step) -> ExperimentRequest {
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let mut request = ExperimentRequest::new(&Basics {
            environment: self.environment.get_untracked(),
            name: text(self.name),
            key: text(self.key),
            description: text(self.description),
        });
        let input = |variant: &VariantDraft| VariantInput {
            id: variant.id.clone(),
            name: text(variant.name),
            key: text(variant.key),
            payload: text(variant.payload),
        };
        let variants: Vec<_> = self.variants.with_untracked(|variants| variants.iter().map(input).collect());
        if step >= Step::Variants {
            request.add_variants(&variants);
        }
        if step >= Step::Split {
            self.split.with_untracked(|split| request.add_split(split, &variants));
        }
        if step >= Step::Audience {
            if let Some(id) =
                self.audience.with_untracked(|audience| audience.as_ref().map(|chosen| chosen.id.clone()))
            {
                request.add_audience(&id);
            }
            request.add_rules(&self.rules.with_untracked(Rules::to_json));
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use edgewise_api::ApiError;

    use super::*;

    #[test]
    fn the_field_decides_which_step_has_a_problem_whatever_its_words() {
        let step = |error: ApiError| Step::of(&error.into());
        let variant = FieldPath::of("variants").at(1).then("key");
        assert_eq!(
            step(ApiError::invalid_field(variant, "must differ from `allocations`")),
            Some(Step::Variants)
        );
        let taken = ApiError::conflict("`variants[0].key` has the same key").on_field(FieldPath::of("key"));
        assert_eq!(step(taken), Some(Step::Basics));
        assert_eq!(step(ApiError::conflict("`key` of another request is in use")), None);
        assert_eq!(step(ApiError::invalid_field(FieldPath::of("variants.key"), "is unknown")), None);
        assert_eq!(step(ApiError::invalid_field(FieldPath::default(), "is not valid JSON")), None);
    }
}
