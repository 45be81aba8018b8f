-- The feeds to which calendars subscribe: a secret address for the meetings of one user.
--
-- A webhook is an aggregate, because it decides who is sent a tenant's events. A feed decides nothing
-- of that kind: it shows a user what they have entered themselves, by a table that could be told to
-- others only through that address. So it is a row, which stays: who made it and when, who revoked
-- it and when. The address is known to its holder alone; here is its SHA-256, which of 256 random
-- bits gives nothing away.
CREATE TABLE calendar_feeds (
    id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    user_id text NOT NULL,
    user_name text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    revoked_by text
);
CREATE INDEX calendar_feeds_user_idx ON calendar_feeds (tenant, user_id, created_at, id);
