-- The overview shows what was changed last in each environment.
CREATE INDEX experiment_recent ON experiment (environment_id, updated_at, seq);
