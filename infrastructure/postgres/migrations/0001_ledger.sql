-- What kith keeps beside the event table of the library (which the library itself creates).

-- Names of streams compare byte by byte, whatever the locale of the database.
ALTER TABLE stored_events ALTER COLUMN originator_id TYPE text COLLATE "C";

-- Positions are given by the append under its lock, so that they have no gaps. Nothing else may
-- write events: an insert that names no position is refused.
ALTER TABLE stored_events ALTER COLUMN notification_id DROP DEFAULT;

-- A tenant's own log, in order.
CREATE INDEX stored_events_tenant_idx
    ON stored_events (split_part(originator_id, '/', 1), notification_id);

-- One row per commit: the position it reached and the time recorded in its events. It resolves an
-- instant to a position, and hands the clock from one process to the next.
CREATE TABLE commits (
    position bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX commits_recorded_at_idx ON commits (recorded_at, position);

-- One effect and one answer per idempotency key.
CREATE TABLE command_keys (
    scope bytea PRIMARY KEY,
    digest bytea NOT NULL,
    answer jsonb NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- Numbers of contacts and interactions, handed out in blocks.
CREATE SEQUENCE contact_numbers INCREMENT BY 20;
CREATE SEQUENCE interaction_numbers INCREMENT BY 100;

-- The read models there are, and how far those behind the append have come.
CREATE TABLE read_models (
    name text PRIMARY KEY,
    version text NOT NULL,
    checkpoint bigint NOT NULL
);

-- Streams that a projector couldn't follow any further.
CREATE TABLE parked_streams (
    read_model text NOT NULL,
    stream text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (stream, read_model)
);
