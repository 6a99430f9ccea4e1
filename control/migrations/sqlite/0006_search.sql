-- The text that searches look in: names and keys with their case folded, which SQL cannot do. NULL until a process of this
-- release has folded it.
ALTER TABLE environment ADD COLUMN search TEXT;
ALTER TABLE audience ADD COLUMN search TEXT;
ALTER TABLE experiment ADD COLUMN search TEXT;
