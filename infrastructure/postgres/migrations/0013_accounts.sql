-- Credentials of accounts, with the whole address of the service: sealed, and never plain.
CREATE TABLE account_secrets (
    id uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    account uuid NOT NULL,
    value text NOT NULL CHECK (starts_with(value, 'sealed:')),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_secrets_account_idx ON account_secrets (account);

-- The errand of each account: how far it is, how the service is doing, when it is looked at next, and
-- the calendars that the service had when it was asked last.
CREATE TABLE account_states (
    account uuid PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    phase text NOT NULL DEFAULT 'connecting',
    attention text,
    calendars jsonb NOT NULL DEFAULT '[]',
    progress jsonb NOT NULL DEFAULT '{}',
    last_success timestamptz,
    failing_since timestamptz,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    wake boolean NOT NULL DEFAULT true
);
CREATE INDEX account_states_due_idx ON account_states (next_at);

-- Items of accounts that couldn't be taken.
CREATE TABLE account_problems (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    item text NOT NULL,
    title text,
    code text NOT NULL,
    detail text NOT NULL
);
CREATE UNIQUE INDEX account_problems_item_idx ON account_problems (account, md5(item), code);
CREATE INDEX account_problems_list_idx ON account_problems (account, at, id);
