//! `edgewise import reference`: from a database of the reference, and from its snapshots, into SQLite and Postgres.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]
#![expect(clippy::indexing_slicing, reason = "indexing JSON gives null for a missing member")]

mod reference;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use edgewise_engine::{Buffer, EntityId, Request, Ruleset, Snapshot, UserKey, VariantId, oracle};
use edgewise_tests::{
    process::{Server, edgewise, free_address},
    services::fresh_database,
};
use reference::{Database, content, experiments};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

const EXPERIMENTS: usize = 200;
const USERS: usize = 10_000;

/// The output of the command.
struct Output {
    success: bool,
    report: String,
    errors: String,
}

/// Runs `edgewise import reference` in a directory, without the variables of the environment that runs the test.
fn import(directory: &Path, options: &[&str]) -> Output {
    let mut command = Command::new(edgewise().unwrap());
    command.args(["import", "reference"]).args(options).current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("EDGEWISE_") {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    Output {
        success: output.status.success(),
        report: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Output {
    /// Returns the report of a command that must have succeeded.
    #[track_caller]
    fn report(self) -> String {
        assert!(self.success && self.errors.is_empty(), "{}\n{}", self.report, self.errors);
        self.report
    }

    /// Returns the error of a command that must have failed. The error must be one line.
    #[track_caller]
    fn problem(self) -> String {
        assert!(!self.success && self.errors.lines().count() == 1, "{}\n{}", self.report, self.errors);
        self.errors
    }
}

/// The target of an import.
struct Target {
    directory: TempDir,
    database: Option<edgewise_tests::services::FreshDatabase>,
}

impl Target {
    fn sqlite() -> Self {
        Self { directory: TempDir::new().unwrap(), database: None }
    }

    fn postgres() -> Self {
        Self { directory: TempDir::new().unwrap(), database: Some(fresh_database().unwrap()) }
    }

    fn import(&self, options: &[&str]) -> Output {
        let into = self.database.as_ref().map(|database| ["--into-database-url", database.url()]);
        import(self.directory.path(), &[options, into.as_ref().map_or(&[], |into| into)].concat())
    }

    fn database_url(&self) -> String {
        match &self.database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite://{}", self.directory.path().join("data/edgewise.db").display()),
        }
    }

    fn published(&self, path: &str) -> Vec<u8> {
        fs::read(self.directory.path().join("data/snapshots/configs/prod").join(path)).unwrap()
    }
}

fn context(user: usize) -> Map<String, Value> {
    let country = ["US", "CA", "DE", "FR", "é"][user % 5];
    let plan = ["pro", "free", "team"][user % 3];
    let context = json!({"country": country, "plan": plan, "age": user % 61, "email": format!("x@{user}")});
    let Value::Object(mut context) = context else { unreachable!() };
    if user.is_multiple_of(7) {
        context.remove("plan");
    }
    context
}

/// Checks that the published ruleset gives users the same variants and payloads as the reference's snapshot.
fn assert_same_decisions(before: &Value, ruleset: &Ruleset, users: usize) {
    let before = Snapshot::from_json(before.to_string().as_bytes()).unwrap();
    for (number, experiment) in (0..).map(EntityId::new).zip(&before.experiments) {
        assert_eq!(ruleset.variants(number) as usize, experiment.variants.len());
        for (place, variant) in (0..).map(VariantId::new).zip(&experiment.variants) {
            let fragments = ruleset.fragments();
            let answer = [fragments.head(number), fragments.tail(number, place)].concat();
            let payload: Value = serde_json::from_str(variant.payload.as_ref().unwrap().get()).unwrap();
            let expected = json!({
                "experiment_key": experiment.key, "experiment_id": experiment.id,
                "variant_key": variant.key, "variant_id": variant.id, "payload": payload,
            });
            assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap(), expected);
        }
    }
    let (mut expected, mut buffer, mut assigned) = (Vec::new(), Buffer::new(), 0);
    for user in 0..users {
        let key = format!("user-{user}");
        let (key, context) = (UserKey::new(&key).unwrap(), context(user));
        let oracle_context = oracle::Context::from_value(Value::Object(context.clone())).unwrap();
        oracle::decide(&before, &Request::new(key, &oracle_context, 0), &mut expected);
        assert_eq!(ruleset.decide(&Request::new(key, &context, 0), &mut buffer), expected, "user {user}");
        assigned += expected.len();
    }
    assert!(assigned > users * EXPERIMENTS / 20, "too few assignments for a comparison: {assigned}");
}

async fn every_user_stays_in_the_same_variant(target: &Target) {
    let source = Database::fresh().await;
    let (statements, before) = experiments(EXPERIMENTS);
    source.execute(&statements).await;
    let from = ["--database-url", &source.url()];

    let dry = target.import(&from).report();
    assert!(dry.contains("environment `prod`: new") && dry.contains("the next one is 42"), "{dry}");
    assert!(dry.contains("249 new") && dry.contains("--apply"), "{dry}");
    assert!(dry.contains("+ experiment `experiment-1` (RUNNING, variants: "), "{dry}");
    assert!(!target.directory.path().join("data").exists(), "a dry run creates nothing");

    let done = target.import(&[&from[..], &["--apply"]].concat()).report();
    assert!(done.contains("published as version 42"), "{done}");
    let ruleset = Ruleset::load(target.published("rulesets/1/42.bin")).unwrap();
    assert_same_decisions(&before, &ruleset, USERS);

    let before = content(&target.database_url()).await;
    let again = target.import(&[&from[..], &["--apply"]].concat()).report();
    assert!(again.contains("experiments: 249 identical"), "{again}");
    assert!(!again.contains("  + "), "{again}");
    assert_eq!(content(&target.database_url()).await, before);
    let pointer: Value = serde_json::from_slice(&target.published("version.json")).unwrap();
    assert_eq!(pointer["version"], 42, "{pointer}");
}

#[tokio::test]
async fn every_user_stays_in_the_same_variant_on_sqlite_and_a_second_import_changes_nothing() {
    every_user_stays_in_the_same_variant(&Target::sqlite()).await;
}

#[tokio::test]
async fn every_user_stays_in_the_same_variant_on_postgres_and_a_second_import_changes_nothing() {
    every_user_stays_in_the_same_variant(&Target::postgres()).await;
}

#[tokio::test]
async fn other_column_types_and_another_schema_give_the_same_import() {
    let source = Database::fresh().await;
    source.execute(&experiments(20).0).await;
    let other = Target::sqlite();
    other.import(&["--database-url", &source.url(), "--apply"]).report();
    source.execute(reference::OTHERWISE).await;
    let target = Target::sqlite();
    let url = source.url().replace("schema=public", "schema=Reference%20of%20ours");
    target.import(&["--database-url", &url, "--apply"]).report();
    let without_publishing = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| !line.contains("superseded") && !line.contains("published")).collect()
    };
    assert_eq!(
        without_publishing(content(&target.database_url()).await),
        without_publishing(content(&other.database_url()).await)
    );
    assert_eq!(
        target.import(&["--database-url", &source.url()]).problem().matches("?schema=SCHEMA").count(),
        1,
        "the first schema has no tables any more"
    );
}

#[tokio::test]
async fn ids_statuses_times_and_orders_are_kept() {
    let source = Database::fresh().await;
    source.execute(&experiments(20).0).await;
    let target = Target::sqlite();
    target.import(&["--database-url", &source.url(), "--apply"]).report();

    let address = free_address().unwrap();
    let mut command = Command::new(edgewise().unwrap());
    command.args(["control", "--bind", &address.to_string()]).current_dir(target.directory.path());
    let control = Server::start(command.stderr(Stdio::null()), address).unwrap();
    let json = |path: &str| -> Value { serde_json::from_slice(&control.get(path).unwrap().body).unwrap() };
    let environment = &json("/environments")["data"][0];
    assert_eq!(environment["id"], "env-prod");
    assert_eq!(environment["createdAt"], "2024-03-01T10:00:00.123Z");
    assert_eq!(environment["updatedAt"], "2024-03-02T00:00:00.000Z");

    let list = json("/experiments?page=1&pageSize=100");
    let list = list["data"].as_array().unwrap();
    assert_eq!(list.len(), 24);
    for (number, experiment) in list.iter().rev().enumerate().map(|(place, row)| (place + 1, row)) {
        assert_eq!(experiment["key"], format!("experiment-{number}"));
        assert_eq!(experiment["id"], format!("{number:08x}-1111-4111-8111-111111111111"));
        assert_eq!(experiment["updatedAt"], "2024-04-01T00:00:00.000Z");
        for (place, variant) in experiment["variants"].as_array().unwrap().iter().enumerate() {
            assert_eq!(variant["id"], format!("var-{number}-{place}"));
        }
        for allocation in experiment["allocations"].as_array().unwrap() {
            assert!(allocation["id"].as_str().unwrap().starts_with(&format!("all-{number}-")));
        }
    }
    let states: Vec<&str> =
        [15, 5, 10, 1].iter().map(|number| list[24 - number]["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["DRAFT", "PAUSED", "ARCHIVED", "RUNNING"]);
    assert_eq!(list[23]["createdAt"], "2024-03-05T00:01:01.007Z");
    control.stop().unwrap();
}

#[tokio::test]
async fn experiments_with_the_same_time_have_the_order_of_their_ids() {
    let source = Database::fresh().await;
    let times = "'2024-03-01 10:00:00', '2024-03-01 10:00:00'";
    let experiment = |id: &str| {
        format!(
            "INSERT INTO \"Experiment\" VALUES ('{id}', '{id}', 'n', NULL, 's', 'RUNNING', 'env-prod', NULL, NULL, {times});"
        )
    };
    // The rows are not in the order of their ids, and the update changes their order in the table.
    let ids: Vec<String> = (0..40).map(|number| format!("e{:02}", number * 7 % 40)).collect();
    source.execute(&ids.iter().map(|id| experiment(id)).collect::<String>()).await;
    source.execute("UPDATE \"Experiment\" SET name = 'm' WHERE id < 'e10'").await;
    let target = Target::sqlite();
    target.import(&["--database-url", &source.url(), "--apply"]).report();
    let snapshot: Value = serde_json::from_slice(&target.published("snapshots/42.json")).unwrap();
    let got = snapshot["experiments"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!(got.collect::<Vec<_>>(), sorted);
}

#[test]
fn a_version_without_a_next_number_is_refused() {
    const LAST: u64 = (1 << 53) - 1;
    let target = Target::sqlite();
    let (_, mut snapshot) = experiments(3);
    let file = target.directory.path().join("snapshot.json");
    for (version, line) in [
        (LAST - 1, format!("the next one is {LAST}\n")),
        (
            LAST,
            format!("its highest version is {LAST}, and the next version can be {LAST} at most: copy its"),
        ),
        (LAST + 1, format!("its highest version is {}, and", LAST + 1)),
        (u64::MAX, format!("its highest version is {}, and", i64::MAX)),
    ] {
        snapshot["version"] = json!(version);
        fs::write(&file, snapshot.to_string()).unwrap();
        let report = target.import(&["--snapshot", file.to_str().unwrap()]).report();
        assert!(report.contains(&line), "{report}");
        assert_eq!(
            report.contains("  ! environment `prod`, with its 3 experiments"),
            version >= LAST,
            "{report}"
        );
    }
}

#[tokio::test]
async fn resources_that_cannot_be_imported_are_listed_with_the_reason() {
    let source = Database::fresh().await;
    let times = "'2024-03-01 10:00:00', '2024-03-01 10:00:00'";
    let experiment = |id: &str, key: &str, audience: &str| {
        format!(
            "INSERT INTO \"Experiment\" VALUES ('{id}', '{key}', 'n', NULL, 's', 'RUNNING', 'env-prod', {audience}, NULL, {times});
             INSERT INTO \"Variant\" VALUES ('v-{id}', 'on', 'n', NULL, '{id}');\n"
        )
    };
    let allocation = |id: &str, experiment: &str, start: i32, end: i32| {
        format!(
            "INSERT INTO \"Allocation\" VALUES ('{id}', 'v-{experiment}', {start}, {end}, '{experiment}');\n"
        )
    };
    let statements = [
        format!("INSERT INTO \"Environment\" VALUES ('bad', '../etc', {times});"),
        format!(
            "INSERT INTO \"Experiment\" VALUES ('x0', 'k', 'n', NULL, 's', 'RUNNING', 'bad', NULL, NULL, {times});"
        ),
        format!(
            "INSERT INTO \"Audience\" VALUES ('a1', 'odd', '[{{\"conditions\":[{{\"attribute\":\"a\",\"operator\":\"like\"}}]}}]', \
             'env-prod', {times});"
        ),
        experiment("x1", "fine", "NULL"),
        allocation("l1", "x1", 0, 4999),
        "INSERT INTO \"Allocation\" VALUES ('l2', 'deleted', 5000, 9999, 'x1');".to_owned(),
        experiment("x2", "fine", "NULL"),
        experiment("x3", "a/b", "NULL"),
        experiment("x4", "overlapping", "NULL"),
        allocation("l3", "x4", 0, 5000),
        allocation("l4", "x4", 5000, 9999),
        experiment("x5", "out-of-range", "NULL"),
        allocation("l5", "x5", 0, 10_000),
        experiment("x6", "odd-audience", "'a1'"),
        experiment("x7", "odd-payload", "NULL"),
        "UPDATE \"Variant\" SET payload = '[1]' WHERE id = 'v-x7';".to_owned(),
        experiment("x8", "two-of-a-key", "NULL"),
        "INSERT INTO \"Variant\" VALUES ('v2', 'on', 'n', NULL, 'x8');".to_owned(),
        experiment("x9 x", "odd-id", "NULL"),
    ];
    source.execute(&statements.concat()).await;
    let target = Target::sqlite();
    let from = ["--database-url", &source.url()];
    let report = target.import(&from).report();
    for line in [
        "environment `../etc`, with its 1 experiment and 0 audiences: `name` must be 1 to 63 letters",
        "audience `odd` of `prod`: `rules[0].conditions[0].operator` must be one of",
        "allocation 5000 to 9999 of experiment `fine` of `prod`: its variant does not exist",
        "experiment `fine` of `prod`: another experiment of the environment has the same key",
        "experiment `a/b` of `prod`: `key` must not contain",
        "experiment `overlapping` of `prod`: `allocations[0]` and `allocations[1]` overlap: each bucket can belong to one allocation only",
        "experiment `out-of-range` of `prod`: `allocations[0].rangeEnd` must be between 0 and 9999",
        "experiment `odd-audience` of `prod`: its audience cannot be imported",
        "experiment `odd-payload` of `prod`: its variant `on`: `payload` must be an object",
        "experiment `two-of-a-key` of `prod`: its variant `on`: another variant has the same key",
        "experiment `odd-id` of `prod`: `id` must contain only letters",
    ] {
        assert!(report.contains(&format!("  ! {line}")), "no {line}:\n{report}");
    }
    assert_eq!(report.matches("  ! ").count(), 11, "{report}");
    assert_eq!(report.matches("  + ").count(), 1, "{report}");
    let done = target.import(&[&from[..], &["--apply"]].concat()).report();
    assert!(done.contains("  ! experiment `a/b`") && done.contains("published as version 42"), "{done}");
    let snapshot: Value = serde_json::from_slice(&target.published("snapshots/42.json")).unwrap();
    assert_eq!(snapshot["experiments"].as_array().unwrap().len(), 1);
    assert_eq!(snapshot["experiments"][0]["allocations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn different_resources_are_not_changed_and_new_resources_are_added() {
    let source = Database::fresh().await;
    source.execute(&experiments(4).0).await;
    let target = Target::sqlite();
    let from = ["--database-url", &source.url(), "--apply"];
    target.import(&from).report();
    let before = content(&target.database_url()).await;
    let more = "UPDATE \"Experiment\" SET status = 'PAUSED' WHERE key = 'experiment-1'; \
                UPDATE \"Audience\" SET rules = '[]' WHERE id = 'aud-3'; \
                INSERT INTO \"Experiment\" VALUES ('e1', 'of-old', 'n', NULL, 's', 'RUNNING', 'env-prod', 'aud-2', NULL, \
                now(), now()), ('e2', 'of-odd', 'n', NULL, 's', 'RUNNING', 'env-prod', 'aud-3', NULL, now(), now());";
    source.execute(more).await;
    let report = target.import(&from).report();
    for line in [
        "~ experiment `experiment-1` (PAUSED, ",
        "`status` is `RUNNING` in Edgewise and `PAUSED` in the source",
        "~ audience `Audience 3`: `rules` differs",
        "+ experiment `of-old`",
        "! experiment `of-odd` (RUNNING, variants: 0, allocations: 0): its audience `Audience 3` is different in Edgewise",
        "published as version 43",
    ] {
        assert!(report.contains(line), "no {line}:\n{report}");
    }
    let after = content(&target.database_url()).await;
    let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    assert_eq!(gone.len(), 1, "only the row of the environment has changed: {gone:?}");
    let snapshot: Value = serde_json::from_slice(&target.published("snapshots/43.json")).unwrap();
    assert_eq!(snapshot["experiments"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_snapshot_is_imported_from_a_file_and_from_a_url() {
    let (_, before) = experiments(EXPERIMENTS);
    let origin = TempDir::new().unwrap();
    let snapshots = origin.path().join("configs/prod/snapshots");
    fs::create_dir_all(&snapshots).unwrap();
    fs::write(snapshots.join("latest.json"), before.to_string()).unwrap();
    let address = free_address().unwrap();
    let store = format!("file:{}", origin.path().display());
    let mut command = Command::new(edgewise().unwrap());
    command.args(["decide", "--bind", &address.to_string(), "--snapshot-store", &store]);
    let server = Server::start(command.current_dir(origin.path()).stderr(Stdio::null()), address).unwrap();
    let url = format!("http://{address}/configs/prod/snapshots/latest.json");

    for place in [snapshots.join("latest.json").to_str().unwrap(), &url] {
        let target = Target::sqlite();
        let done = target.import(&["--snapshot", place, "--apply"]).report();
        assert!(done.contains("+ audience `Audience of experiment-"), "{done}");
        assert!(done.contains("published as version 42"), "{done}");
        let ruleset = Ruleset::load(target.published("rulesets/1/42.bin")).unwrap();
        assert_same_decisions(&before, &ruleset, USERS / 10);
        let imported = content(&target.database_url()).await;
        let again = target.import(&["--snapshot", place, "--apply"]).report();
        assert!(again.contains("experiments: 200 identical"), "{again}");
        assert_eq!(content(&target.database_url()).await, imported);
    }
    let target = Target::sqlite();
    let problem = target.import(&["--snapshot", &url.replace("prod", "none")]).problem();
    assert!(problem.contains("no snapshot at that URL"), "{problem}");
    server.stop().unwrap();
}

#[tokio::test]
async fn an_import_that_cannot_begin_fails_with_one_line_that_says_what_to_do() {
    let empty = fresh_database().unwrap();
    let target = Target::sqlite();
    let missing = target.directory.path().join("none.json");
    let file = target.directory.path().join("odd.json");
    fs::write(&file, "{}").unwrap();
    let cases: [(&[&str], &str); 8] = [
        (&[], "--database-url"),
        (&["--database-url", "mysql://u:hidden@h/n"], "must begin with postgres://"),
        (&["--database-url", "postgres://u:hidden@127.0.0.1:1/n"], "check the URL"),
        (&["--database-url", empty.url()], "?schema=SCHEMA"),
        (&["--snapshot", missing.to_str().unwrap()], "cannot be read"),
        (&["--snapshot", file.to_str().unwrap()], "latest.json"),
        (&["--snapshot", "ftp://host/x"], "http://"),
        (
            &["--snapshot", file.to_str().unwrap(), "--database-url", "postgres://u:hidden@h/n"],
            "cannot be used",
        ),
    ];
    for (options, hint) in cases {
        let problem = target.import(options).problem();
        assert!(problem.contains(hint) && !problem.contains("hidden"), "{options:?}: {problem}");
    }
}

#[test]
fn the_settings_file_can_set_the_target_of_an_import_but_neither_the_source_nor_apply() {
    let target = Target::sqlite();
    let (_, snapshot) = experiments(3);
    let file = target.directory.path().join("snapshot.json");
    fs::write(&file, snapshot.to_string()).unwrap();
    let settings = target.directory.path().join("edgewise.toml");
    fs::write(&settings, "data-dir = 'elsewhere'\nbind = '127.0.0.1:0'\n").unwrap();
    let report = target.import(&["--snapshot", file.to_str().unwrap(), "--apply"]).report();
    assert!(report.contains("elsewhere/edgewise.db"), "{report}");
    assert!(target.directory.path().join("elsewhere/snapshots/configs/prod/version.json").exists());
    fs::write(&settings, "apply = true\n").unwrap();
    let problem = target.import(&["--snapshot", file.to_str().unwrap()]).problem();
    assert!(problem.contains("`apply`"), "{problem}");
}
