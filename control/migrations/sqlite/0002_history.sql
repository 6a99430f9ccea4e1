-- Who had a version published, how many experiments it has, and of which version it has the content, if of an older
-- one. Unknown of versions from before this was recorded.
ALTER TABLE version ADD COLUMN created_by TEXT;
ALTER TABLE version ADD COLUMN experiments BIGINT;
ALTER TABLE version ADD COLUMN restores BIGINT;

-- Who made the last change that is to be published, and since when changes are kept unpublished.
ALTER TABLE environment ADD COLUMN due_by TEXT;
ALTER TABLE environment ADD COLUMN held_at BIGINT;
