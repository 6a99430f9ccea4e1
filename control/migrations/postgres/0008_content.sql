-- The number of the change of the environment that changed last what an experiment decides beside its split: its variants, their
-- payloads, its rules, its audience or the rules of its audience. NULL if none did since this is recorded.
ALTER TABLE experiment ADD COLUMN content_change BIGINT;
