-- The state of the errand between calendars and the ledger. All of it can be made anew from both:
-- what is lost here is looked up again, and changes nothing twice.

-- The visit of each account that counts: an owner that was overtaken writes nothing below.
CREATE TABLE calendar_visits (
    account uuid PRIMARY KEY,
    visit uuid NOT NULL
);

-- How far each calendar has been looked through. `listing` is true within a round that lists
-- everything, `complete` once one has ended; what has an older number than its round then is gone.
CREATE TABLE calendar_cursors (
    account uuid NOT NULL,
    calendar text COLLATE "C" NOT NULL,
    cursor text,
    round bigint NOT NULL,
    listing boolean NOT NULL,
    complete boolean NOT NULL,
    PRIMARY KEY (account, calendar)
);

-- The objects of each calendar as they were last seen. One without links is ignored, for a reason;
-- keyed hashes of its people's addresses tell when one of them becomes a contact. Of a private one
-- there is its id and its ETag.
CREATE TABLE calendar_objects (
    account uuid NOT NULL,
    calendar text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    etag text,
    fingerprint bytea,
    round bigint NOT NULL,
    recurring boolean NOT NULL DEFAULT false,
    rolled_on date NOT NULL DEFAULT current_date,
    ignored text,
    addresses bytea[] NOT NULL DEFAULT '{}',
    again boolean NOT NULL DEFAULT false,
    gone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (account, calendar, object)
);
CREATE INDEX calendar_objects_addresses_idx ON calendar_objects USING gin (addresses);
CREATE INDEX calendar_objects_again_idx ON calendar_objects (account)
    WHERE (again OR fingerprint IS NULL) AND NOT gone;
CREATE INDEX calendar_objects_recurring_idx ON calendar_objects (account, rolled_on)
    WHERE recurring AND ignored IS NULL;

-- Which occurrence stands for which meeting, and what both sides last agreed on. `people` is the
-- digest of the people as the calendar had them; `own` is true if the account's user organizes it.
CREATE TABLE calendar_links (
    account uuid NOT NULL,
    calendar text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    recurrence timestamptz,
    uid text NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    meeting uuid NOT NULL,
    agreed jsonb NOT NULL,
    people bytea NOT NULL,
    own boolean NOT NULL,
    UNIQUE NULLS NOT DISTINCT (account, calendar, object, recurrence)
);
CREATE INDEX calendar_links_meeting_idx ON calendar_links (meeting, account);

-- Meetings that have to be looked at for an account, each once; `position` is that of the last event
-- that asks for it.
CREATE TABLE calendar_pushes (
    account uuid NOT NULL,
    meeting uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, meeting)
);

-- The key of the hashes of addresses: sealed, and never plain.
CREATE TABLE calendar_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    value text NOT NULL CHECK (starts_with(value, 'sealed:'))
);
