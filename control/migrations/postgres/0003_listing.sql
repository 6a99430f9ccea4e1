-- Names and keys are ordered and searched by their bytes, and only letters from A to Z have cases, wherever the database stands.
ALTER TABLE experiment ALTER COLUMN name TYPE TEXT COLLATE "C", ALTER COLUMN key TYPE TEXT COLLATE "C";

-- Lists show what was changed last first.
CREATE INDEX experiment_updated ON experiment (updated_at, seq);
