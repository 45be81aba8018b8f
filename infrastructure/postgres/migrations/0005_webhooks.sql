-- What is confidential about webhooks: addresses in full, and the secrets that sign. Events refer to
-- it by id, because the log is told to others.
CREATE TABLE webhook_confidential (
    id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    value text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- How far the log has been looked through for events to deliver: one row. There are no webhooks
-- before this migration, and so nothing to deliver from before it.
CREATE TABLE webhook_checkpoint (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    checkpoint bigint NOT NULL
);
INSERT INTO webhook_checkpoint (checkpoint) SELECT coalesce(max(notification_id), 0) FROM stored_events;

-- How each endpoint is doing: from which position on it is sent events, how often in a row it has
-- failed, since when, and until when it is left alone.
CREATE TABLE webhook_endpoints (
    webhook uuid PRIMARY KEY,
    since bigint NOT NULL,
    failures int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    paused_until timestamptz
);

-- Parts of the log that are to be sent again: what is left of each.
CREATE TABLE webhook_replays (
    position bigint PRIMARY KEY,
    webhook uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    after bigint NOT NULL,
    upto bigint NOT NULL,
    any_type boolean NOT NULL
);

-- One row for each event and webhook, and for each test: what is to be delivered, and what became of
-- it. What is sent is made of the log when it is sent.
CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    cause text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    position bigint,
    outcome text NOT NULL DEFAULT 'pending',
    attempts int NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    attempted_at timestamptz,
    ended_at timestamptz,
    milliseconds int,
    status int,
    error text
);
CREATE INDEX webhook_deliveries_due_idx
    ON webhook_deliveries (webhook, due_at, position) WHERE outcome = 'pending';
CREATE INDEX webhook_deliveries_list_idx ON webhook_deliveries (webhook, created_at, id);
CREATE INDEX webhook_deliveries_ended_idx ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;
