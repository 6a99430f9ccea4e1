//! Converting the rows of the reference system to importable data, with the reason for each row that is skipped.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use edgewise_api::{
    EnvironmentName,
    json::Fields,
    limits, paths,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, StatusPatch, VariantCreate,
    },
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::value::RawValue;

use edgewise_control::services::imports::{Allocation, Audience, Environment, Experiment, Times, Variant};

use super::{database::ReferenceRows, problem::RowProblem};
use crate::source::{Skipped, SourceData};

/// The result of a validation.
type Checked<T> = Result<T, RowProblem>;

/// The maximum length of a time, in characters.
const MAX_TIME_CHARS: usize = 64;

/// Converts the rows of the reference system to importable data, and lists the rows that are skipped. `now`, in ms
/// since 1970, replaces missing times.
#[must_use]
pub fn read_rows(rows: &ReferenceRows, now: i64) -> SourceData {
    let mut reader = Reader { now, ids: HashSet::new(), names: BTreeSet::new(), data: SourceData::default() };
    let mut children = Children::of(rows, &mut reader);
    for row in &rows.environments {
        reader.environment(row, rows, &mut children);
    }
    for (kind, row) in children.into_rest() {
        reader.skip(kind, row.label(), RowProblem::NoParent);
    }
    reader.data.environments.sort_by(|left, right| left.name.cmp(&right.name));
    reader.data
}

/// A row, as columns by name. Columns with the value null are removed.
struct Row {
    text: String,
    columns: BTreeMap<String, Box<RawValue>>,
}

impl Row {
    fn read(text: &str) -> Checked<Self> {
        let columns: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(text).map_err(|_| RowProblem::NotAnObject)?;
        Self::of(columns)
    }

    fn of(mut columns: BTreeMap<String, Box<RawValue>>) -> Checked<Self> {
        columns.retain(|_, value| value.get() != "null");
        let text = serde_json::to_string(&columns).map_err(RowProblem::NotWritable)?;
        Ok(Self { text, columns })
    }

    /// Adds a column, unless the row has the column already.
    fn with_default(mut self, column: &str, value: &'static str) -> Checked<Self> {
        let value: Box<RawValue> = serde_json::from_str(value).map_err(RowProblem::NotWritable)?;
        self.columns.entry(column.to_owned()).or_insert(value);
        Self::of(self.columns)
    }

    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn fields(&self) -> Checked<Fields<'_>> {
        Ok(Fields::from_body(self.bytes())?)
    }

    /// Returns the text in a column, or `None` if the column does not contain text.
    fn text(&self, column: &str) -> Option<String> {
        serde_json::from_str(self.columns.get(column)?.get()).ok()
    }

    /// Returns the name of the row for the report.
    fn label(&self) -> String {
        let name = ["key", "name", "id"].iter().find_map(|column| self.text(column));
        quoted(&name.unwrap_or_else(|| "?".to_owned()))
    }
}

/// The rows of resources that belong to another resource, by the id of that resource.
#[derive(Default)]
struct Children {
    audiences: HashMap<String, Vec<Row>>,
    experiments: HashMap<String, Vec<Row>>,
    variants: HashMap<String, Vec<Row>>,
    allocations: HashMap<String, Vec<Row>>,
}

impl Children {
    fn of(rows: &ReferenceRows, reader: &mut Reader) -> Self {
        let mut grouped = |kind, rows: &[String], parent: &str| {
            let mut groups: HashMap<String, Vec<Row>> = HashMap::new();
            for text in rows {
                match Row::read(text) {
                    Ok(row) => groups.entry(row.text(parent).unwrap_or_default()).or_default().push(row),
                    Err(reason) => reader.skip(kind, "?", reason),
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

    /// Returns the kind and the row of each remaining resource.
    fn into_rest(self) -> impl Iterator<Item = (&'static str, Row)> {
        let all = [
            ("audience", self.audiences),
            ("experiment", self.experiments),
            ("variant", self.variants),
            ("allocation", self.allocations),
        ];
        all.into_iter().flat_map(|(kind, groups)| groups.into_values().flatten().map(move |row| (kind, row)))
    }
}

struct Reader {
    now: i64,
    /// The ids of all resources so far.
    ids: HashSet<String>,
    /// The names of all environments so far.
    names: BTreeSet<EnvironmentName>,
    data: SourceData,
}

impl Reader {
    fn skip(&mut self, kind: &str, name: impl Into<String>, reason: RowProblem) {
        let resource = format!("{kind} {}", name.into());
        self.data.skipped.push(Skipped { resource, reason: reason.to_string() });
    }

    fn environment(&mut self, text: &str, rows: &ReferenceRows, children: &mut Children) {
        let row = match Row::read(text) {
            Ok(row) => row,
            Err(reason) => return self.skip("environment", "?", reason),
        };
        // Audiences and experiments refer to their environment by its id, or, in a snapshot, by its name.
        let reference = row.text("id").or_else(|| row.text("name")).unwrap_or_default();
        let audiences = children.audiences.remove(&reference).unwrap_or_default();
        let experiments = children.experiments.remove(&reference).unwrap_or_default();
        let highest = rows.versions.iter().find(|(id, _)| *id == reference);
        let highest = highest.map_or(0, |(_, version)| u64::try_from(*version).unwrap_or(0));
        let mut environment = match self.checked_environment(&row, highest) {
            Ok(environment) => environment,
            Err(reason) => {
                for experiment in &experiments {
                    let id = experiment.text("id").unwrap_or_default();
                    children.variants.remove(&id);
                    children.allocations.remove(&id);
                }
                let with = format!(
                    "with its {} and {}",
                    counted(experiments.len(), "experiment"),
                    counted(audiences.len(), "audience")
                );
                return self.skip("environment", format!("{}, {with}", row.label()), reason);
            }
        };
        // The names of the audiences by id, or, in a snapshot, by name.
        let mut names: HashMap<String, String> = HashMap::new();
        for row in by_creation(audiences) {
            match self.audience(&row, &environment.audiences) {
                Ok(audience) => {
                    let reference = audience.id.clone().unwrap_or_else(|| audience.name.clone());
                    names.insert(reference, audience.name.clone());
                    environment.audiences.push(audience);
                }
                Err(reason) => {
                    self.skip("audience", format!("{} of `{}`", row.label(), environment.name), reason);
                }
            }
        }
        let mut keys = HashSet::new();
        for row in by_creation(experiments) {
            let id = row.text("id").unwrap_or_default();
            let variants = children.variants.remove(&id).unwrap_or_default();
            let allocations = children.allocations.remove(&id).unwrap_or_default();
            let experiment = self.experiment(&row, &names, &keys, (&variants, &allocations));
            let name = format!("{} of `{}`", row.label(), environment.name);
            match experiment {
                Ok((experiment, dangling)) => {
                    for allocation in dangling {
                        self.skip(
                            &format!("allocation {allocation} of experiment"),
                            &name,
                            RowProblem::NoVariant,
                        );
                    }
                    keys.insert(experiment.key.clone());
                    environment.experiments.push(experiment);
                }
                Err(reason) => self.skip("experiment", name, reason),
            }
        }
        self.data.environments.push(environment);
    }

    fn checked_environment(&mut self, row: &Row, highest_version: u64) -> Checked<Environment> {
        let name = EnvironmentCreate::from_body(row.bytes())?.name;
        if self.names.contains(&name) {
            return Err(RowProblem::SameEnvironmentName);
        }
        if highest_version >= paths::MAX_VERSION {
            return Err(RowProblem::HighestVersion { version: highest_version });
        }
        let fields = row.fields()?;
        let times = self.times(&fields)?;
        let id = self.optional_id(&fields)?;
        self.names.insert(name.clone());
        Ok(Environment { id, name, times, highest_version, audiences: Vec::new(), experiments: Vec::new() })
    }

    fn audience(&mut self, row: &Row, others: &[Audience]) -> Checked<Audience> {
        let row = Row::of(row.columns.clone())?.with_default("rules", "[]")?;
        let AudienceCreate { name, rules, .. } = AudienceCreate::from_body(row.bytes())?;
        if others.iter().any(|other| other.name == name) {
            return Err(RowProblem::SameAudienceName);
        }
        let fields = row.fields()?;
        let rules = raw(&rules)?;
        let times = self.times(&fields)?;
        Ok(Audience { id: self.optional_id(&fields)?, name, rules, times })
    }

    /// Validates an experiment, and returns it with the ranges of the allocations whose variant does not exist.
    fn experiment(
        &mut self,
        row: &Row,
        audiences: &HashMap<String, String>,
        keys: &HashSet<String>,
        (variants, allocations): (&[Row], &[Row]),
    ) -> Checked<(Experiment, Vec<String>)> {
        let create = ExperimentCreate::draft_from_body(row.bytes())?;
        if keys.contains(&create.key) {
            return Err(RowProblem::SameExperimentKey);
        }
        let fields = row.fields()?;
        let salt = fields.optional_text("salt", limits::NAME_CHARS)?;
        let salt = salt.ok_or(RowProblem::Missing("salt"))?;
        let status = StatusPatch::from_body(row.bytes())?.status;
        let audience = match &create.audience_id {
            Some(id) => Some(audiences.get(id).cloned().ok_or(RowProblem::AudienceSkipped)?),
            None => None,
        };
        let targeting_rules = create.targeting_rules.as_deref().map(raw).transpose()?;
        let times = self.times(&fields)?;
        let id = self.optional_id(&fields)?.ok_or(RowProblem::Missing("id"))?;
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
            return Err(RowProblem::TooManyVariants { count: rows.len() });
        }
        let mut variants: Vec<Variant> = Vec::with_capacity(rows.len());
        for row in rows {
            let within = |problem| RowProblem::Variant { variant: row.label(), problem: Box::new(problem) };
            let create = VariantCreate::from_body(row.bytes()).map_err(|error| within(error.into()))?;
            if variants.iter().any(|other| other.key == create.key) {
                return Err(within(RowProblem::SameVariantKey));
            }
            let id = self.optional_id(&row.fields()?).map_err(within)?;
            let id = id.ok_or_else(|| within(RowProblem::Missing("id")))?;
            let VariantCreate { key, name, payload } = create;
            variants.push(Variant { id, key, name, payload });
        }
        Ok(variants)
    }

    /// Validates allocations, and returns them with the ranges of the allocations whose variant does not exist.
    fn allocations(&mut self, rows: &[Row], variants: &[Variant]) -> Checked<(Vec<Allocation>, Vec<String>)> {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let body = format!("{{\"allocations\":[{}]}}", texts.join(","));
        let put = AllocationsPut::from_body(body.as_bytes())?;
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

    /// Validates the id of a row, if the row has one: the id must be safe in a URL and unique.
    fn optional_id(&mut self, fields: &Fields<'_>) -> Checked<Option<String>> {
        let Some(id) = fields.optional_name("id")? else { return Ok(None) };
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !id.bytes().all(safe) {
            return Err(RowProblem::UnsafeId);
        }
        if !self.ids.insert(id.clone()) {
            return Err(RowProblem::SameId(id));
        }
        Ok(Some(id))
    }

    fn times(&self, fields: &Fields<'_>) -> Checked<Times> {
        let time = |column| {
            let Some(text) = fields.optional_text(column, MAX_TIME_CHARS)? else {
                return Ok(None);
            };
            instant(&text).map(Some).ok_or(RowProblem::NotATime(column))
        };
        let created_at = time("createdAt")?.unwrap_or(self.now);
        Ok(Times { created_at, updated_at: time("updatedAt")?.unwrap_or(created_at) })
    }
}

/// Parses a time to milliseconds since 1970. A time without an offset is UTC.
fn instant(text: &str) -> Option<i64> {
    let civil = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    text.parse::<Timestamp>().ok().or_else(civil).map(Timestamp::as_millisecond)
}

/// Sorts rows by creation time. Rows with the same time keep their order.
fn by_creation(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_cached_key(|row| row.text("createdAt").as_deref().and_then(instant));
    rows
}

fn raw<T: serde::Serialize + ?Sized>(value: &T) -> Checked<Box<RawValue>> {
    serde_json::value::to_raw_value(value).map_err(RowProblem::NotWritable)
}

/// Quotes a name for a line of the report.
fn quoted(name: &str) -> String {
    let name: String = name.chars().take(80).collect();
    format!("`{}`", name.escape_debug())
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
