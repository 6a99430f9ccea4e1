-- Lists show what was changed last first.
CREATE INDEX experiment_updated ON experiment (updated_at, seq);
