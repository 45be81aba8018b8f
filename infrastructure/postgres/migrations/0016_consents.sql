-- Consents that users have begun at a service and not finished: each state is good once, for its user
-- alone. A state is kept as its digest, the verifier sealed.
CREATE TABLE begun_consents (
    state bytea PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    service text NOT NULL,
    account uuid,
    verifier text NOT NULL CHECK (starts_with(verifier, 'sealed:')),
    begun_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX begun_consents_user_idx ON begun_consents (tenant, user_id, begun_at);
CREATE INDEX begun_consents_begun_idx ON begun_consents (begun_at);
