use edgewise_api::resources::Environment;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

use crate::{
    calls,
    components::{Part, Toasts, Tone},
    model::{Basics, Rules, Split, key, links, object_problem, quoted},
    problem::Problem,
};

/// A step of making an experiment.
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

    /// The id of its title in the page.
    pub(super) const fn title_id(self) -> &'static str {
        match self {
            Self::Basics => "step-basics",
            Self::Variants => "step-variants",
            Self::Split => "step-split",
            Self::Audience => "step-audience",
            Self::Review => "step-review",
        }
    }

    pub(super) const fn before(self) -> Self {
        match self {
            Self::Basics | Self::Variants => Self::Basics,
            Self::Split => Self::Variants,
            Self::Audience => Self::Split,
            Self::Review => Self::Audience,
        }
    }

    const fn after(self) -> Self {
        match self {
            Self::Basics => Self::Variants,
            Self::Variants => Self::Split,
            Self::Split => Self::Audience,
            Self::Audience | Self::Review => Self::Review,
        }
    }

    /// The step where a problem can be mended, if its message names a field.
    fn of(problem: &Problem) -> Option<Self> {
        if problem.status == 409 {
            return Some(Self::Basics);
        }
        let root = problem.field()?.split(['.', '[']).next()?;
        match root {
            "environmentId" | "name" | "key" | "description" => Some(Self::Basics),
            "variants" => Some(Self::Variants),
            "allocations" => Some(Self::Split),
            "audienceId" | "targetingRules" => Some(Self::Audience),
            _ => None,
        }
    }
}

/// An audience that has been chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) id: String,
    pub(super) name: String,
    /// Whom it holds, in words.
    pub(super) words: String,
}

/// A variant that is being entered.
#[derive(Clone, Debug)]
pub(super) struct VariantDraft {
    /// Stands for the id that it will have.
    pub(super) id: String,
    pub(super) name: RwSignal<String>,
    pub(super) key: RwSignal<String>,
    /// Whether the key has been written by somebody, and so does not follow the name.
    pub(super) key_is_own: RwSignal<bool>,
    /// JSON, or nothing.
    pub(super) payload: RwSignal<String>,
}

/// An experiment that is being entered.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// The step that is shown.
    pub(super) step: RwSignal<Step>,
    /// The last step that has been shown.
    pub(super) reached: RwSignal<Step>,
    pub(super) environment: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) key: RwSignal<String>,
    pub(super) key_is_own: RwSignal<bool>,
    pub(super) description: RwSignal<String>,
    pub(super) variants: RwSignal<Vec<VariantDraft>>,
    /// Numbers the variants.
    count: StoredValue<u32>,
    pub(super) split: RwSignal<Split>,
    /// The split as it was made of the variants, unchanged by anybody.
    divided: StoredValue<Split>,
    pub(super) audience: RwSignal<Option<Chosen>>,
    pub(super) rules: RwSignal<Rules>,
    /// What the server finds wrong.
    pub(super) problem: RwSignal<Option<Problem>>,
    /// Whether the server is being asked.
    pub(super) busy: RwSignal<bool>,
    /// Whether something has been entered that would be lost.
    pub(super) touched: StoredValue<bool>,
}

impl Draft {
    /// A draft that begins with what is known, a control and a treatment for half of all users each.
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
            key_is_own: RwSignal::new(!key.is_empty()),
            key: RwSignal::new(key),
            description: RwSignal::new(description),
            variants: RwSignal::new(Vec::new()),
            count: StoredValue::new(0),
            split: RwSignal::new(Split::default()),
            divided: StoredValue::new(Split::default()),
            audience: RwSignal::new(None),
            rules: RwSignal::new(Rules::default()),
            problem: RwSignal::new(problem),
            busy: RwSignal::new(false),
            touched,
        };
        draft.add_variant("Control");
        draft.add_variant("Treatment");
        draft.divide();
        draft
    }

    /// Adds a variant of that name, or of that with a number.
    pub(super) fn add_variant(self, name: &str) {
        let number = self.count.get_value() + 1;
        self.count.set_value(number);
        let names = self.variants.with_untracked(|variants| {
            variants.iter().map(|variant| variant.name.get_untracked()).collect::<Vec<_>>()
        });
        let name = key::free(name, ' ', &names);
        let variant = VariantDraft {
            id: number.to_string(),
            key: RwSignal::new(key::suggested(&name)),
            name: RwSignal::new(name),
            key_is_own: RwSignal::new(false),
            payload: RwSignal::new(String::new()),
        };
        self.variants.update(|variants| variants.push(variant));
    }

    pub(super) fn remove_variant(self, id: &str) {
        self.touched.set_value(true);
        self.variants.update(|variants| variants.retain(|variant| variant.id != id));
    }

    /// The variants, as a bar shows them.
    pub(super) fn parts(self) -> Vec<Part> {
        self.variants.with(|variants| {
            let part = |variant: &VariantDraft| Part { id: variant.id.clone(), name: variant.name.get() };
            variants.iter().map(part).collect()
        })
    }

    /// Gives the variants equal shares, unless somebody has chosen others. What those had that are gone nobody has then.
    fn divide(self) {
        let variants = self.variants.get_untracked();
        let ids: Vec<_> = variants.iter().map(|variant| variant.id.as_str()).collect();
        self.split.update(|split| {
            if self.divided.with_value(|divided| divided == split) {
                split.even(&ids);
                self.divided.set_value(split.clone());
            } else {
                split.keep(&ids);
            }
        });
    }

    /// What is wrong with a field.
    pub(super) fn problem_of(
        self,
        field: impl Fn() -> String + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        Signal::derive(move || self.problem.with(|problem| problem.as_ref()?.of_field(&field())))
    }

    /// What is wrong with no field.
    pub(super) fn general_problem(self) -> Option<Problem> {
        self.problem.get().filter(|problem| Step::of(problem).is_none())
    }

    /// Shows a step that has been reached before.
    pub(super) fn show(self, step: Step) {
        self.divide();
        self.step.set(step);
    }

    /// Shows the next step if there is nothing wrong up to here.
    pub(super) fn go_on(self) {
        if self.busy.get_untracked() {
            return;
        }
        let step = self.step.get_untracked();
        if let Some(problem) = self.unfinished(step) {
            self.fail(problem);
            return;
        }
        self.busy.set(true);
        let (experiment, variants, allocations) = self.bodies(step);
        spawn_local(async move {
            let checked = calls::check_experiment(experiment, variants, allocations).await;
            // Meanwhile somebody may have left.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match checked {
                Ok(()) => {
                    let next = step.after();
                    self.problem.set(None);
                    self.reached.update(|reached| *reached = next.max(*reached));
                    self.show(next);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }

    /// What makes the experiment, and leads to its page.
    pub(super) fn maker(self) -> impl Fn(bool) + Clone {
        let navigate = use_navigate();
        let toasts = Toasts::of_page();
        move |launch| {
            if self.busy.get_untracked() {
                return;
            }
            if let Some(problem) = self.unfinished(Step::Review) {
                self.fail(problem);
                return;
            }
            self.busy.set(true);
            self.divide();
            let (experiment, variants, allocations) = self.bodies(Step::Review);
            let name = self.name.get_untracked();
            let navigate = navigate.clone();
            spawn_local(async move {
                let made = calls::make_experiment(experiment, variants, allocations, launch).await;
                if self.busy.try_set(false).is_some() {
                    return;
                }
                match made {
                    Ok(made) => {
                        let done = if launch { "launched" } else { "created as a draft" };
                        match made.problem {
                            None => toasts.done(&format!("{name} {done}"), &made.publication),
                            Some(problem) => {
                                toasts.say(Tone::Bad, format!("{name} is kept as a draft: {problem}"))
                            }
                        }
                        self.touched.set_value(false);
                        navigate(&links::experiment(&made.id), Default::default());
                    }
                    Err(problem) => self.fail(problem),
                }
            });
        }
    }

    /// What is missing up to a step before the server is asked.
    fn unfinished(self, step: Step) -> Option<Problem> {
        let missing = self.rules.with_untracked(|rules| rules.problem("targetingRules"));
        missing.filter(|_| step >= Step::Audience).map(Problem::of_input)
    }

    /// Shows what is wrong, where it can be mended.
    fn fail(self, problem: Problem) {
        if let Some(step) = Step::of(&problem) {
            self.step.set(step);
        }
        self.problem.set(Some(problem));
    }

    /// The bodies of requests: the experiment's, its variants' and its allocations'. Those of steps after `step` are empty.
    fn bodies(self, step: Step) -> (String, String, String) {
        let (audience, rules) = if step >= Step::Audience {
            let id =
                self.audience.with_untracked(|audience| audience.as_ref().map(|chosen| chosen.id.clone()));
            (id.unwrap_or_default(), self.rules.with_untracked(Rules::to_json))
        } else {
            Default::default()
        };
        let basics = Basics {
            environment: self.environment.get_untracked(),
            name: self.name.get_untracked().trim().to_owned(),
            key: self.key.get_untracked().trim().to_owned(),
            description: self.description.get_untracked().trim().to_owned(),
        };
        let variants = if step >= Step::Variants { self.variants_json() } else { String::new() };
        let allocations =
            if step >= Step::Split { self.split.with_untracked(Split::to_json) } else { String::new() };
        (basics.to_json(&audience, &rules), variants, allocations)
    }

    /// The variants as a request to create them has them, each with the id that stands for it.
    fn variants_json(self) -> String {
        let mut json = String::from(r#"{"create":["#);
        for (index, variant) in self.variants.get_untracked().iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            let text = |signal: RwSignal<String>| quoted(signal.get_untracked().trim());
            json += r#"{"id":"#;
            json += &quoted(&variant.id);
            json += r#","name":"#;
            json += &text(variant.name);
            json += r#","key":"#;
            json += &text(variant.key);
            let payload = variant.payload.get_untracked();
            if !payload.trim().is_empty() {
                json += r#","payload":"#;
                // What is no JSON is sent as a text, so that it is refused by the name of its field.
                json += &if object_problem(&payload).is_none() { payload } else { text(variant.payload) };
            }
            json.push('}');
        }
        json += "]}";
        json
    }
}
