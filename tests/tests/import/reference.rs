//! A database of the reference, with the schema of Prisma and realistic data.

use edgewise_tests::{
    services::{FreshDatabase, fresh_database},
    triples::Random,
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};

/// The tables, as the first migrations of the reference create them.
const SCHEMA: &str = r#"
CREATE TYPE "ExperimentStatus" AS ENUM ('DRAFT', 'RUNNING', 'PAUSED', 'ARCHIVED');
CREATE TABLE "Environment" (
    "id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL UNIQUE,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP(3) NOT NULL);
CREATE TABLE "Audience" (
    "id" TEXT NOT NULL PRIMARY KEY, "name" TEXT NOT NULL, "rules" JSONB NOT NULL,
    "environmentId" TEXT NOT NULL REFERENCES "Environment"("id"),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP(3) NOT NULL);
CREATE TABLE "Experiment" (
    "id" TEXT NOT NULL PRIMARY KEY, "key" TEXT NOT NULL, "name" TEXT NOT NULL, "description" TEXT,
    "salt" TEXT NOT NULL, "status" "ExperimentStatus" NOT NULL DEFAULT 'DRAFT',
    "environmentId" TEXT NOT NULL REFERENCES "Environment"("id"),
    "audienceId" TEXT REFERENCES "Audience"("id"), "targetingRules" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" TIMESTAMP(3) NOT NULL);
CREATE TABLE "Variant" (
    "id" TEXT NOT NULL PRIMARY KEY, "key" TEXT NOT NULL, "name" TEXT NOT NULL, "payload" JSONB,
    "experimentId" TEXT NOT NULL REFERENCES "Experiment"("id"));
CREATE TABLE "Allocation" (
    "id" TEXT NOT NULL PRIMARY KEY, "variantId" TEXT NOT NULL, "rangeStart" INTEGER NOT NULL,
    "rangeEnd" INTEGER NOT NULL, "experimentId" TEXT NOT NULL REFERENCES "Experiment"("id"));
CREATE TABLE "ConfigVersion" (
    "id" TEXT NOT NULL PRIMARY KEY, "version" INTEGER NOT NULL, "config" JSONB NOT NULL,
    "environmentId" TEXT NOT NULL REFERENCES "Environment"("id"),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP);
INSERT INTO "Environment" VALUES ('env-prod', 'prod', '2024-03-01 10:00:00.123', '2024-03-02 00:00:00');
INSERT INTO "ConfigVersion" VALUES ('c1', 40, '{}', 'env-prod'), ('c2', 41, '{}', 'env-prod');
"#;

/// Statements that move the tables to another schema, with other column types and with unknown columns.
pub(crate) const OTHERWISE: &str = r#"
ALTER TABLE "Experiment" ALTER "status" DROP DEFAULT, ALTER "status" TYPE TEXT, ALTER "targetingRules" TYPE JSON,
    ALTER "createdAt" TYPE TIMESTAMPTZ(6) USING "createdAt" AT TIME ZONE 'UTC', ADD "owner" TEXT DEFAULT 'somebody';
ALTER TABLE "Audience" ALTER "rules" TYPE JSON, ALTER "name" TYPE VARCHAR(100);
ALTER TABLE "Variant" ALTER "payload" TYPE JSON, ADD "createdAt" TIMESTAMP(3) DEFAULT now();
ALTER TABLE "Allocation" ALTER "rangeStart" TYPE BIGINT, ALTER "rangeEnd" TYPE NUMERIC;
ALTER TABLE "ConfigVersion" DROP "config", ALTER "version" TYPE BIGINT;
CREATE SCHEMA "Reference of ours";
ALTER TABLE "Environment" SET SCHEMA "Reference of ours";
ALTER TABLE "Audience" SET SCHEMA "Reference of ours";
ALTER TABLE "Experiment" SET SCHEMA "Reference of ours";
ALTER TABLE "Variant" SET SCHEMA "Reference of ours";
ALTER TABLE "Allocation" SET SCHEMA "Reference of ours";
ALTER TABLE "ConfigVersion" SET SCHEMA "Reference of ours";
"#;

/// A database of the reference for one test.
pub(crate) struct Database(FreshDatabase);

impl Database {
    /// Creates a database with an empty environment `prod`, of which 41 versions were published.
    pub(crate) async fn fresh() -> Self {
        let database = Self(fresh_database().unwrap());
        database.execute(SCHEMA).await;
        database
    }

    pub(crate) fn url(&self) -> String {
        format!("{}?schema=public&connection_limit=5", self.0.url())
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let mut connection = AnyConnection::connect(self.0.url()).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Returns all rows of Edgewise's tables, without the columns that publishing changes.
pub(crate) async fn content(url: &str) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let rows = connection
        .fetch_all(
            "SELECT id || name || created_at || updated_at || changes || due || published AS line FROM environment \
             UNION ALL SELECT id || name || rules || created_at || updated_at || revision FROM audience \
             UNION ALL SELECT id || key || salt || status || created_at || updated_at || revision FROM experiment \
             UNION ALL SELECT id || key || name FROM variant \
             UNION ALL SELECT id || variant_id || range_start || range_end FROM allocation \
             UNION ALL SELECT environment_id || version || state || created_at FROM version",
        )
        .await
        .unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.get("line")).collect();
    connection.close().await.unwrap();
    lines.sort();
    lines
}

/// Returns statements that fill `prod` with all kinds of experiments, of which `running` experiments run, and the snapshot
/// that the reference publishes for them.
pub(crate) fn experiments(running: usize) -> (String, Value) {
    let mut random = Random::new(7);
    let mut sql = String::new();
    for number in 0..5 {
        let rules = quoted(&audience(number).to_string());
        sql += &format!(
            "INSERT INTO \"Audience\" VALUES ('aud-{number}', 'Audience {number}', {rules}, 'env-prod', \
             '2024-03-01 10:00:00', '2024-03-01 10:00:00');\n"
        );
    }
    let mut published = Vec::new();
    // Every fifth experiment does not run, and so is not published.
    let mut number = 0;
    while published.len() < running {
        number += 1;
        let status = match number % 15 {
            0 => "DRAFT",
            5 => "PAUSED",
            10 => "ARCHIVED",
            _ => "RUNNING",
        };
        let experiment = experiment(number, &mut random);
        sql += &statements(number, status, &experiment);
        if status == "RUNNING" {
            published.push(experiment);
        }
    }
    let snapshot = json!({
        "version": 41, "environment": "prod", "publishedAt": "2024-05-01T00:00:00.000Z", "experiments": published,
    });
    (sql, snapshot)
}

fn audience(number: usize) -> Value {
    let values = [json!(["US", "CA"]), json!(["DE"]), json!("pro"), json!(30), json!("x@")];
    let [attribute, operator] =
        [["country", "in"], ["country", "notIn"], ["plan", "eq"], ["age", "gt"], ["email", "contains"]]
            [number];
    json!([{"conditions": [{"attribute": attribute, "operator": operator, "value": values[number]}]}])
}

fn experiment(number: usize, random: &mut Random) -> Value {
    let variants: Vec<Value> = (0..2 + random.below(3))
        .map(|variant| {
            let payload =
                if random.below(4) == 0 { Value::Null } else { json!({"size": variant, "text": "it's\nü"}) };
            json!({"id": format!("var-{number}-{variant}"), "key": format!("v{variant}"), "payload": payload})
        })
        .collect();
    let mut allocations = Vec::new();
    let mut start = random.below(500);
    for variant in 0..variants.len() {
        let end = start + 500 + random.below(2000);
        // The reference keeps the allocations of a deleted variant.
        let gone = random.below(10) == 0;
        let id = if gone { format!("gone-{variant}") } else { format!("var-{number}-{variant}") };
        allocations.push(json!({"variantId": id, "rangeStart": start, "rangeEnd": end.min(9999)}));
        start = end + 1;
    }
    let rules = match random.below(3) {
        0 => json!([]),
        1 => json!([{"conditions": [{"attribute": "plan", "operator": "neq", "value": "free"}]}]),
        _ => json!([
            {"conditions": [{"attribute": "age", "operator": "lt", "value": 20.5}]},
            {"conditions": [
                {"attribute": "country", "operator": "in", "value": ["US", "DE", "é"]},
                {"attribute": "missing", "operator": "neq"},
            ]},
        ]),
    };
    let with_audience = random.below(2) == 0;
    json!({
        "id": format!("{number:08x}-1111-4111-8111-111111111111"),
        "key": format!("experiment-{number}"),
        "salt": format!("salt of {number}: {}", random.any()),
        "audienceRules": if with_audience { audience(number % 5) } else { json!([]) },
        "targetingRules": rules,
        "variants": variants,
        "allocations": allocations,
    })
}

/// Returns the statements that insert the rows of an experiment.
fn statements(number: usize, status: &str, experiment: &Value) -> String {
    let text = |value: &Value| quoted(value.as_str().unwrap());
    let id = text(&experiment["id"]);
    let audience = match experiment["audienceRules"].as_array().unwrap().len() {
        0 => "NULL".to_owned(),
        _ => format!("'aud-{}'", number % 5),
    };
    let mut sql = format!(
        "INSERT INTO \"Experiment\" VALUES ({id}, {}, 'Experiment {number}', NULL, {}, '{status}', 'env-prod', \
         {audience}, {}, timestamp '2024-03-05 00:00:00' + {number} * interval '61.007 seconds', \
         '2024-04-01 00:00:00');\n",
        text(&experiment["key"]),
        text(&experiment["salt"]),
        quoted(&experiment["targetingRules"].to_string()),
    );
    for variant in experiment["variants"].as_array().unwrap() {
        let payload = match &variant["payload"] {
            Value::Null => "NULL".to_owned(),
            payload => quoted(&payload.to_string()),
        };
        let (variant, key) = (text(&variant["id"]), text(&variant["key"]));
        sql += &format!("INSERT INTO \"Variant\" VALUES ({variant}, {key}, {key}, {payload}, {id});\n");
    }
    for (place, allocation) in experiment["allocations"].as_array().unwrap().iter().enumerate() {
        sql += &format!(
            "INSERT INTO \"Allocation\" VALUES ('all-{number}-{place}', {}, {}, {}, {id});\n",
            text(&allocation["variantId"]),
            allocation["rangeStart"],
            allocation["rangeEnd"]
        );
    }
    sql
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
