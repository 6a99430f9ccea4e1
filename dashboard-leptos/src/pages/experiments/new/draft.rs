use edgewise_api::{
    ApiError, FieldPath,
    resources::{Environment, InitialStatus},
};
use leptos::{prelude::*, task::spawn_local};

use super::step::Step;
use crate::{
    calls,
    components::{Part, Toasts, beside, focus},
    model::{
        Basics, ChosenAudience, ExperimentInput, LaunchObstacle, Rules, Split, VariantInput, key, links,
    },
    pages::navigation::navigator,
    problem::Problem,
    transport::Body,
};

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
    pub(super) variant_count: StoredValue<u32>,
    pub(super) split: RwSignal<Split>,
    /// The split that was set for the variants, to detect changes.
    pub(super) default_split: StoredValue<Split>,
    /// The ids of the variants whose input is no share.
    pub(super) wrong_shares: RwSignal<Vec<String>>,
    pub(super) audience: RwSignal<Option<ChosenAudience>>,
    pub(super) rules: RwSignal<Rules>,
    /// The problems that were found.
    pub(super) problems: RwSignal<Vec<Problem>>,
    /// Whether to ask before launching an experiment that reaches no user.
    pub(super) asks_to_launch: RwSignal<bool>,
    /// Whether a request is pending.
    pub(super) busy: RwSignal<bool>,
    /// Whether there is input that would be lost.
    pub(super) touched: StoredValue<bool>,
}

impl Draft {
    /// Creates a draft with the given basics, and with a control and a treatment for half of the users each.
    pub(super) fn new(basics: Basics, environments: &[Environment], problems: Vec<Problem>) -> Self {
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
            wrong_shares: RwSignal::default(),
            audience: RwSignal::new(None),
            rules: RwSignal::new(Rules::default()),
            problems: RwSignal::new(problems),
            asks_to_launch: RwSignal::new(false),
            busy: RwSignal::new(false),
            touched,
        };
        draft.add_variant("Control");
        draft.add_variant("Treatment");
        draft.apply_default_split();
        draft
    }

    /// Adds a variant with this name, followed by a number if the name is taken. Returns the variant's id.
    pub(super) fn add_variant(self, name: &str) -> String {
        let number = self.variant_count.get_value() + 1;
        self.variant_count.set_value(number);
        let id = number.to_string();
        let names = self.variants.with_untracked(|variants| {
            variants.iter().map(|variant| variant.name.get_untracked()).collect::<Vec<_>>()
        });
        let name = key::first_unused(name, ' ', &names);
        let key = key::suggested(&name);
        let input = VariantInput { id: id.clone(), key, name, ..VariantInput::default() };
        let variant = VariantDraft::new(input);
        self.variants.update(|variants| variants.push(variant));
        id
    }

    /// Removes a variant. Returns the id of the next one, or of the last one before.
    pub(super) fn remove_variant(self, id: &str) -> Option<String> {
        self.touched.set_value(true);
        let ids: Vec<String> = self
            .variants
            .with_untracked(|variants| variants.iter().map(|variant| variant.id.clone()).collect());
        self.variants.update(|variants| variants.retain(|variant| variant.id != id));
        beside(&ids, &id.to_owned()).cloned()
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
    pub(super) fn apply_default_split(self) {
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
        Signal::derive(move || {
            self.problems.with(|problems| problems.iter().find_map(|problem| problem.for_field(&field())))
        })
    }

    /// Forgets the problems with a field, because its input changes.
    pub(super) fn forget_problem(self, field: &FieldPath) {
        if self.problems.with_untracked(|problems| problems.iter().any(|problem| problem.is_within(field))) {
            self.problems.update(|problems| problems.retain(|problem| !problem.is_within(field)));
        }
    }

    /// Returns the problem with the rules or with a field inside of the rules.
    pub(super) fn rules_problem(self) -> Signal<Option<Problem>> {
        let rules = FieldPath::of("targetingRules");
        Signal::derive(move || {
            self.problems.with(|problems| problems.iter().find(|problem| problem.is_within(&rules)).cloned())
        })
    }

    /// Returns the problem, if it belongs to no field.
    pub(super) fn general_problem(self) -> Option<Problem> {
        self.problems.with(|problems| problems.iter().find(|problem| Step::of(problem).is_none()).cloned())
    }

    /// Shows a step that was reached before.
    pub(super) fn go_to(self, step: Step) {
        self.apply_default_split();
        self.step.set(step);
    }

    /// Checks the input, and shows the next step.
    pub(super) fn next(self) {
        let step = self.step.get_untracked();
        self.when_checked(step, move || {
            let next = step.following();
            self.reached.update(|reached| *reached = next.max(*reached));
            self.go_to(next);
        });
    }

    /// Checks the input of the steps up to `step`. Without problems, calls `then`. Otherwise, shows all problems.
    fn when_checked(self, step: Step, then: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        let problems = self.wrong_input(step);
        if !problems.is_empty() {
            self.fail(problems);
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            self.complete_keys(step).await;
            // The page may have been left meanwhile.
            if self.busy.is_disposed() {
                return;
            }
            let checked = match untrack(|| self.input(step)).request() {
                Ok(request) => calls::check_experiment(Body::of(&request)).await,
                Err(problem) => Ok(vec![problem.into()]),
            };
            if self.busy.try_set(false).is_some() {
                return;
            }
            match checked {
                Ok(problems) if problems.is_empty() => {
                    self.problems.set(problems);
                    then();
                }
                Ok(problems) => self.fail(problems),
                Err(problem) => self.fail(vec![problem]),
            }
        });
    }

    /// Returns the function that creates the experiment and opens its page. Its arguments are whether to launch the
    /// experiment, and whether to launch it although it reaches no user.
    pub(super) fn submitter(self) -> impl Fn(bool, bool) + Clone {
        let navigate = navigator(false);
        let toasts = Toasts::from_context();
        move |launch, anyway| {
            let navigate = navigate.clone();
            self.when_checked(Step::Review, move || {
                self.apply_default_split();
                if launch && !anyway && self.obstacle().is_some() {
                    self.asks_to_launch.set(true);
                    return;
                }
                // The rules have been checked.
                let Ok(mut request) = untrack(|| self.input(Step::Review)).request() else { return };
                if launch {
                    request.status = InitialStatus::Running;
                }
                let name = self.name.get_untracked();
                self.busy.set(true);
                spawn_local(async move {
                    let created = calls::create_experiment(Body::of(&request)).await;
                    if self.busy.try_set(false).is_some() {
                        return;
                    }
                    match created {
                        Ok(created) => {
                            let outcome = if launch { "launched" } else { "created as a draft" };
                            toasts.success(&format!("{name} {outcome}"), &created.publication);
                            self.touched.set_value(false);
                            navigate(&links::experiment(&created.value));
                        }
                        Err(problem) => self.fail(vec![problem]),
                    }
                });
            });
        }
    }

    /// Returns the reason why the launched experiment would reach no user.
    pub(super) fn obstacle(self) -> Option<LaunchObstacle> {
        let allocated = self.split.with_untracked(Split::allocated);
        self.variants.with_untracked(|variants| LaunchObstacle::of(variants.len(), allocated))
    }

    /// Returns the problems up to a step that can be found without the server.
    fn wrong_input(self, step: Step) -> Vec<Problem> {
        let mut problems = Vec::new();
        if step >= Step::Split && self.wrong_shares.with_untracked(|wrong| !wrong.is_empty()) {
            let words = "must have shares from 0 to 100 %";
            problems.push(ApiError::invalid_field(FieldPath::of("allocations"), words).into());
        }
        if step >= Step::Audience {
            let field = FieldPath::of("targetingRules");
            let missing = self.rules.with_untracked(|rules| rules.problem(&field));
            problems.extend(missing.map(Problem::from));
        }
        problems
    }

    /// Shows problems, at the first step that has one.
    fn fail(self, problems: Vec<Problem>) {
        let step = problems.iter().filter_map(Step::of).min();
        self.problems.set(problems);
        match step {
            Some(step) if step != self.step.get_untracked() => self.step.set(step),
            Some(_) => self.focus_step(),
            None => {}
        }
    }

    /// Focuses the first wrong field of the current step. Without one, focuses the first field of the first step, or the
    /// heading of another one.
    pub(super) fn focus_step(self) {
        let target = match self.step.get_untracked() {
            Step::Basics => "#name".to_owned(),
            step => format!("#{}", step.title_id()),
        };
        let wrong = ".wizard-step:not([hidden]) :is([aria-invalid=true], .condition.wrong input)";
        focus(&[wrong, &target]);
    }

    /// Returns the input of the steps up to `step`.
    pub(super) fn input(self, step: Step) -> ExperimentInput {
        let mut input = ExperimentInput {
            basics: Basics {
                environment: self.environment.get(),
                name: self.name.get(),
                key: self.key.get(),
                description: self.description.get(),
            },
            ..ExperimentInput::default()
        };
        if step >= Step::Variants {
            input.variants =
                self.variants.with(|variants| variants.iter().map(VariantDraft::input).collect());
        }
        if step >= Step::Split {
            input.split = self.split.get();
        }
        if step >= Step::Audience {
            input.audience = self.audience.get();
            input.rules = self.rules.get();
        }
        input
    }
}

impl VariantDraft {
    /// Creates a variant with this input.
    pub(super) fn new(input: VariantInput) -> Self {
        Self {
            id: input.id,
            name: RwSignal::new(input.name),
            key: RwSignal::new(input.key),
            key_is_edited: RwSignal::new(input.key_is_edited),
            payload: RwSignal::new(input.payload),
        }
    }

    fn input(&self) -> VariantInput {
        VariantInput {
            id: self.id.clone(),
            name: self.name.get(),
            key: self.key.get(),
            payload: self.payload.get(),
            key_is_edited: self.key_is_edited.get(),
            is_deleted: false,
        }
    }

    /// Replaces the input.
    pub(super) fn set(&self, input: VariantInput) {
        self.name.set(input.name);
        self.key.set(input.key);
        self.key_is_edited.set(input.key_is_edited);
        self.payload.set(input.payload);
    }
}
