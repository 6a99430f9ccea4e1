-- What is live of each experiment: its split as published, and since which version it is live with this split.
-- An experiment may be live after it was deleted, until the next version.
CREATE TABLE live_experiment (
    environment_id TEXT   NOT NULL REFERENCES environment (id),
    experiment_id  TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    split          TEXT   NOT NULL,
    PRIMARY KEY (environment_id, experiment_id)
);

-- The version that the rows of live_experiment are of. NULL before the first.
ALTER TABLE environment ADD COLUMN live_listed BIGINT;
