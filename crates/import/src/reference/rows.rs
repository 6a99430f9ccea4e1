//! What can be imported of the reference's rows, and why the rest cannot.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use edgewise_api::{
    ApiError, EnvironmentName,
    json::Fields,
    limits, paths,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, StatusPatch, VariantCreate,
    },
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::value::RawValue;

use edgewise_control::services::imports::{Allocation, Audience, Environment, Experiment, Times, Variant};

use super::database::ReferenceRows;
use crate::found::{Found, LeftOut};

/// Why something cannot be carried over.
type Checked<T> = Result<T, String>;

/// Characters of a time.
const TIME_CHARS: usize = 64;

/// Takes what can be imported of the reference's rows, and lists the rest. `now` stands in for times that the rows lack, in
/// ms since 1970.
#[must_use]
pub fn read_rows(rows: &ReferenceRows, now: i64) -> Found {
    let mut reader = Reader { now, ids: HashSet::new(), names: BTreeSet::new(), found: Found::default() };
    let mut below = Below::of(rows, &mut reader);
    for row in &rows.environments {
        reader.environment(row, rows, &mut below);
    }
    for (what, row) in below.unclaimed() {
        reader.leave_out(what, row.label(), "it belongs to nothing that is there");
    }
    reader.found.environments.sort_by(|left, right| left.name.cmp(&right.name));
    reader.found
}

/// A row, its columns by name. Columns that are null are not in it.
struct Row {
    text: String,
    columns: BTreeMap<String, Box<RawValue>>,
}

impl Row {
    fn read(text: &str) -> Checked<Self> {
        let columns: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(text).map_err(|_| "it is no JSON object".to_owned())?;
        Self::of(columns)
    }

    fn of(mut columns: BTreeMap<String, Box<RawValue>>) -> Checked<Self> {
        columns.retain(|_, value| value.get() != "null");
        let text = serde_json::to_string(&columns).map_err(|error| error.to_string())?;
        Ok(Self { text, columns })
    }

    /// The row with a column that it lacks.
    fn with(mut self, column: &str, value: &'static str) -> Checked<Self> {
        let value: Box<RawValue> = serde_json::from_str(value).map_err(|error| error.to_string())?;
        self.columns.entry(column.to_owned()).or_insert(value);
        Self::of(self.columns)
    }

    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn fields(&self) -> Checked<Fields<'_>> {
        Fields::of_body(self.bytes()).map_err(problem)
    }

    /// A column that holds text, if it does.
    fn text(&self, column: &str) -> Option<String> {
        serde_json::from_str(self.columns.get(column)?.get()).ok()
    }

    /// What to call it, whatever it holds.
    fn label(&self) -> String {
        let name = ["key", "name", "id"].iter().find_map(|column| self.text(column));
        shown(&name.unwrap_or_else(|| "?".to_owned()))
    }
}

/// The rows below an environment, by what they belong to.
#[derive(Default)]
struct Below {
    audiences: HashMap<String, Vec<Row>>,
    experiments: HashMap<String, Vec<Row>>,
    variants: HashMap<String, Vec<Row>>,
    allocations: HashMap<String, Vec<Row>>,
}

impl Below {
    fn of(rows: &ReferenceRows, reader: &mut Reader) -> Self {
        let mut grouped = |what, rows: &[String], by: &str| {
            let mut groups: HashMap<String, Vec<Row>> = HashMap::new();
            for text in rows {
                match Row::read(text) {
                    Ok(row) => groups.entry(row.text(by).unwrap_or_default()).or_default().push(row),
                    Err(why) => reader.leave_out(what, "?".to_owned(), why),
                }
            }
            groups
        };
        Self {
            audiences: grouped("audience", &rows.audiences, "environmentId"),
            experiments: grouped("experiment", &rows.experiments, "environmentId"),
            variants: grouped("variant", &rows.variants, "experimentId"),
            allocations: grouped("allocation", &rows.allocations, "experimentId"),
        }
    }

    /// What nothing was found for that it belongs to.
    fn unclaimed(self) -> impl Iterator<Item = (&'static str, Row)> {
        let all = [
            ("audience", self.audiences),
            ("experiment", self.experiments),
            ("variant", self.variants),
            ("allocation", self.allocations),
        ];
        all.into_iter().flat_map(|(what, groups)| groups.into_values().flatten().map(move |row| (what, row)))
    }
}

struct Reader {
    now: i64,
    /// All ids so far.
    ids: HashSet<String>,
    /// The environments' names so far.
    names: BTreeSet<EnvironmentName>,
    found: Found,
}

impl Reader {
    fn leave_out(&mut self, what: &str, name: impl Into<String>, why: impl Into<String>) {
        let what = format!("{what} {}", name.into());
        self.found.left_out.push(LeftOut { what, why: why.into() });
    }

    fn environment(&mut self, text: &str, rows: &ReferenceRows, below: &mut Below) {
        let row = match Row::read(text) {
            Ok(row) => row,
            Err(why) => return self.leave_out("environment", "?", why),
        };
        // What belongs to it names it so.
        let reference = row.text("id").or_else(|| row.text("name")).unwrap_or_default();
        let audiences = below.audiences.remove(&reference).unwrap_or_default();
        let experiments = below.experiments.remove(&reference).unwrap_or_default();
        let highest = rows.versions.iter().find(|(id, _)| *id == reference);
        let highest = highest.map_or(0, |(_, version)| u64::try_from(*version).unwrap_or(0));
        let mut environment = match self.checked_environment(&row, highest) {
            Ok(environment) => environment,
            Err(why) => {
                for experiment in &experiments {
                    let id = experiment.text("id").unwrap_or_default();
                    below.variants.remove(&id);
                    below.allocations.remove(&id);
                }
                let with = format!(
                    "with its {} and {}",
                    counted(experiments.len(), "experiment"),
                    counted(audiences.len(), "audience")
                );
                return self.leave_out("environment", format!("{}, {with}", row.label()), why);
            }
        };
        // By their id, or, in a snapshot, their name.
        let mut names: HashMap<String, String> = HashMap::new();
        for row in by_creation(audiences) {
            match self.audience(&row, &environment.audiences) {
                Ok(audience) => {
                    let reference = audience.id.clone().unwrap_or_else(|| audience.name.clone());
                    names.insert(reference, audience.name.clone());
                    environment.audiences.push(audience);
                }
                Err(why) => {
                    self.leave_out("audience", format!("{} of `{}`", row.label(), environment.name), why);
                }
            }
        }
        let mut keys = HashSet::new();
        for row in by_creation(experiments) {
            let id = row.text("id").unwrap_or_default();
            let variants = below.variants.remove(&id).unwrap_or_default();
            let allocations = below.allocations.remove(&id).unwrap_or_default();
            let experiment = self.experiment(&row, &names, &keys, (&variants, &allocations));
            let name = format!("{} of `{}`", row.label(), environment.name);
            match experiment {
                Ok((experiment, dangling)) => {
                    for allocation in dangling {
                        self.leave_out(
                            &format!("allocation {allocation} of experiment"),
                            &name,
                            "its variant is not there: these buckets got nothing before, and get nothing now",
                        );
                    }
                    keys.insert(experiment.key.clone());
                    environment.experiments.push(experiment);
                }
                Err(why) => self.leave_out("experiment", name, why),
            }
        }
        self.found.environments.push(environment);
    }

    fn checked_environment(&mut self, row: &Row, highest_version: u64) -> Checked<Environment> {
        let name = EnvironmentCreate::from_body(row.bytes()).map_err(problem)?.name;
        if self.names.contains(&name) {
            return Err("another environment has that name".to_owned());
        }
        if highest_version >= paths::MAX_VERSION {
            return Err(format!(
                "its highest version is {highest_version}, and the next one could be {} at most: copy what is in it to a \
                 new environment there, and import that",
                paths::MAX_VERSION
            ));
        }
        let fields = row.fields()?;
        let times = self.times(&fields)?;
        let id = self.optional_id(&fields)?;
        self.names.insert(name.clone());
        Ok(Environment { id, name, times, highest_version, audiences: Vec::new(), experiments: Vec::new() })
    }

    fn audience(&mut self, row: &Row, others: &[Audience]) -> Checked<Audience> {
        let row = Row::of(row.columns.clone())?.with("rules", "[]")?;
        let AudienceCreate { name, rules, .. } = AudienceCreate::from_body(row.bytes()).map_err(problem)?;
        if others.iter().any(|other| other.name == name) {
            return Err("another audience of the environment has that name".to_owned());
        }
        let fields = row.fields()?;
        let rules = raw(&rules)?;
        let times = self.times(&fields)?;
        Ok(Audience { id: self.optional_id(&fields)?, name, rules, times })
    }

    /// The experiment, and the ranges of its allocations that name no variant.
    fn experiment(
        &mut self,
        row: &Row,
        audiences: &HashMap<String, String>,
        keys: &HashSet<String>,
        (variants, allocations): (&[Row], &[Row]),
    ) -> Checked<(Experiment, Vec<String>)> {
        let create = ExperimentCreate::from_body(row.bytes()).map_err(problem)?;
        if keys.contains(&create.key) {
            return Err("another experiment of the environment has that key".to_owned());
        }
        let fields = row.fields()?;
        let salt = fields.optional_text("salt", limits::NAME_CHARS).map_err(problem)?;
        let salt = salt.ok_or("`salt` is required")?;
        let status = StatusPatch::from_body(row.bytes()).map_err(problem)?.status;
        let audience = match &create.audience_id {
            Some(id) => Some(audiences.get(id).cloned().ok_or("its audience cannot be carried over")?),
            None => None,
        };
        let targeting_rules = create.targeting_rules.as_deref().map(raw).transpose()?;
        let times = self.times(&fields)?;
        let id = self.optional_id(&fields)?.ok_or("`id` is required")?;
        let variants = self.variants(variants)?;
        let (allocations, dangling) = self.allocations(allocations, &variants)?;
        let ExperimentCreate { key, name, description, .. } = create;
        let experiment = Experiment {
            id,
            key,
            name,
            description,
            salt,
            status,
            audience,
            targeting_rules,
            times,
            variants,
            allocations,
        };
        Ok((experiment, dangling))
    }

    fn variants(&mut self, rows: &[Row]) -> Checked<Vec<Variant>> {
        if rows.len() > limits::VARIANTS {
            return Err(format!("it has {} variants, and at most {} can be", rows.len(), limits::VARIANTS));
        }
        let mut variants: Vec<Variant> = Vec::with_capacity(rows.len());
        for row in rows {
            let within = |why| format!("its variant {}: {why}", row.label());
            let create = VariantCreate::from_body(row.bytes()).map_err(problem).map_err(within)?;
            if variants.iter().any(|other| other.key == create.key) {
                return Err(within("another variant has that key".to_owned()));
            }
            let id = self.optional_id(&row.fields()?).map_err(within)?;
            let id = id.ok_or_else(|| within("`id` is required".to_owned()))?;
            let VariantCreate { key, name, payload } = create;
            variants.push(Variant { id, key, name, payload });
        }
        Ok(variants)
    }

    /// The allocations, and the ranges of those that name no variant.
    fn allocations(&mut self, rows: &[Row], variants: &[Variant]) -> Checked<(Vec<Allocation>, Vec<String>)> {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let body = format!("{{\"allocations\":[{}]}}", texts.join(","));
        let put = AllocationsPut::from_body(body.as_bytes()).map_err(problem)?;
        let (mut allocations, mut dangling) = (Vec::new(), Vec::new());
        for (row, range) in rows.iter().zip(put.allocations) {
            let id = self.optional_id(&row.fields()?)?;
            if variants.iter().any(|variant| variant.id == range.variant_id) {
                allocations.push(Allocation { id, range });
            } else {
                dangling.push(format!("{} to {}", range.range_start, range.range_end));
            }
        }
        Ok((allocations, dangling))
    }

    /// An id that can stand in a URL, and that nothing else has.
    fn optional_id(&mut self, fields: &Fields<'_>) -> Checked<Option<String>> {
        let Some(id) = fields.optional_name("id").map_err(problem)? else { return Ok(None) };
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !id.bytes().all(safe) {
            return Err("`id` must hold only letters, digits, hyphens and underscores".to_owned());
        }
        if !self.ids.insert(id.clone()) {
            return Err(format!("something else has its id `{id}`"));
        }
        Ok(Some(id))
    }

    fn times(&self, fields: &Fields<'_>) -> Checked<Times> {
        let time = |column| {
            let Some(text) = fields.optional_text(column, TIME_CHARS).map_err(problem)? else {
                return Ok(None);
            };
            instant(&text).map(Some).ok_or_else(|| format!("`{column}` is no time"))
        };
        let created_at = time("createdAt")?.unwrap_or(self.now);
        Ok(Times { created_at, updated_at: time("updatedAt")?.unwrap_or(created_at) })
    }
}

/// Milliseconds since 1970. A time without an offset is UTC.
fn instant(text: &str) -> Option<i64> {
    let civil = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    text.parse::<Timestamp>().ok().or_else(civil).map(Timestamp::as_millisecond)
}

/// What was made at a time comes in the order it is in.
fn by_creation(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_cached_key(|row| row.text("createdAt").as_deref().and_then(instant));
    rows
}

fn raw<T: serde::Serialize + ?Sized>(value: &T) -> Checked<Box<RawValue>> {
    serde_json::value::to_raw_value(value).map_err(|error| error.to_string())
}

/// What reads requests calls its input a body.
fn problem(error: ApiError) -> String {
    match error.message.strip_prefix("the body ") {
        Some(rest) => format!("its row {rest}"),
        None => error.message,
    }
}

/// A name as it can stand in a line of a report.
fn shown(name: &str) -> String {
    let name: String = name.chars().take(80).collect();
    format!("`{}`", name.escape_debug())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
