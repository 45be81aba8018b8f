-- What is kept for an idempotency key is dropped after a while. The row stays, so that a repeat has
-- no effect.
ALTER TABLE command_keys ALTER COLUMN digest DROP NOT NULL, ALTER COLUMN answer DROP NOT NULL;
CREATE INDEX command_keys_answered_idx ON command_keys (recorded_at) WHERE answer IS NOT NULL;
