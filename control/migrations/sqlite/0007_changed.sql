-- When variants or allocations of an experiment changed last, which updated_at does not say. 0 if none changed since this is
-- recorded.
ALTER TABLE experiment ADD COLUMN parts_changed_at BIGINT NOT NULL DEFAULT 0;

-- Lists and the overview show first what was changed last, with the changes of parts.
DROP INDEX experiment_updated;
DROP INDEX experiment_recent;
CREATE INDEX experiment_changed
    ON experiment ((CASE WHEN parts_changed_at > updated_at THEN parts_changed_at ELSE updated_at END), seq);
CREATE INDEX experiment_changed_recently
    ON experiment (environment_id, (CASE WHEN parts_changed_at > updated_at THEN parts_changed_at ELSE updated_at END), seq);
