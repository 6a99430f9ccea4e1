-- Times are milliseconds since 1970. JSON stands as the text it was sent as.

CREATE TABLE environment (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          TEXT   NOT NULL UNIQUE,
    -- By the bytes of the name, wherever the database stands.
    name        TEXT   COLLATE "C" NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    revision    BIGINT NOT NULL DEFAULT 1,
    -- How many changes the environment has seen, the number of the last that is to be published, and the
    -- number of the last whose content is live.
    changes     BIGINT NOT NULL DEFAULT 0,
    due         BIGINT NOT NULL DEFAULT 0,
    published   BIGINT NOT NULL DEFAULT 0,
    -- 1: changes are kept, but not published.
    held        BIGINT NOT NULL DEFAULT 0,
    -- Who publishes the environment, until when.
    lease_owner TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE audience (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id             TEXT   NOT NULL UNIQUE,
    environment_id TEXT   NOT NULL REFERENCES environment (id),
    name           TEXT   NOT NULL,
    rules          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    revision       BIGINT NOT NULL DEFAULT 1,
    UNIQUE (environment_id, name)
);

CREATE TABLE experiment (
    seq             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              TEXT   NOT NULL UNIQUE,
    environment_id  TEXT   NOT NULL REFERENCES environment (id),
    audience_id     TEXT   REFERENCES audience (id),
    key             TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    description     TEXT,
    salt            TEXT   NOT NULL,
    status          TEXT   NOT NULL,
    targeting_rules TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL DEFAULT 1,
    UNIQUE (environment_id, key)
);

CREATE INDEX experiment_audience ON experiment (audience_id);

CREATE TABLE variant (
    seq           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    experiment_id TEXT NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    key           TEXT NOT NULL,
    name          TEXT NOT NULL,
    payload       TEXT,
    UNIQUE (experiment_id, key)
);

CREATE TABLE allocation (
    seq           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            TEXT   NOT NULL UNIQUE,
    experiment_id TEXT   NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    variant_id    TEXT   NOT NULL REFERENCES variant (id) ON DELETE CASCADE,
    range_start   BIGINT NOT NULL,
    range_end     BIGINT NOT NULL
);

CREATE INDEX allocation_experiment ON allocation (experiment_id);
CREATE INDEX allocation_variant ON allocation (variant_id);

CREATE TABLE version (
    environment_id TEXT   NOT NULL REFERENCES environment (id),
    version        BIGINT NOT NULL,
    -- pending: being written to the object store; published; superseded: given up for a higher number.
    state          TEXT   NOT NULL,
    -- The exact bytes of the snapshot.
    snapshot       TEXT   NOT NULL,
    -- The environment's count of changes that the content includes.
    changes        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (environment_id, version)
);

CREATE INDEX version_state ON version (state, environment_id);
