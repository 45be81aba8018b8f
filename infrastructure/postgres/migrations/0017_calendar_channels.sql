-- Channels: on each, a service sends notices that one calendar has changed. A notice names its channel
-- and brings the channel's token, of which the SHA-256 is here: of 256 random bits it gives nothing
-- away. A row without `resource` is of a channel that its service hasn't confirmed.
CREATE TABLE calendar_channels (
    id uuid PRIMARY KEY,
    account uuid NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    calendar text COLLATE "C" NOT NULL,
    address text NOT NULL,
    digest bytea NOT NULL,
    resource text,
    expires_at timestamptz,
    renew_at timestamptz
);
CREATE INDEX calendar_channels_account_idx ON calendar_channels (account);
