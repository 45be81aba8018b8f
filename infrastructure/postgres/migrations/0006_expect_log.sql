-- Appends whose connection was lost, and which had not taken place when that was looked into. Their
-- words may still be on the way to the server; they come too late.
CREATE TABLE abandoned_appends (
    id text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);

-- What lets an append go out in one round trip: takes the append lock if it is free, and makes sure
-- that the log is as whoever appends believes it to be. `known` is the position where it ends,
-- `versions` are those of streams (0 for one that hasn't begun), `scopes` the keys of commands that
-- have not been carried out. Raises KT001 otherwise, and nothing that follows is done.
--
-- The lock is taken in a statement of its own: each statement of a volatile function has a snapshot
-- of its own, and the one that looks has to be newer than the lock.
CREATE FUNCTION expect_log(append text, known bigint, versions json, scopes json) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(7205001) THEN
        RAISE EXCEPTION 'somebody else appends' USING ERRCODE = 'KT001';
    END IF;
    IF known IS DISTINCT FROM (SELECT max(position) FROM commits)
        OR EXISTS (SELECT FROM abandoned_appends WHERE id = append)
        OR EXISTS (
            SELECT FROM json_each_text(versions) AS expected(stream, version)
            WHERE version::bigint <> coalesce((
                SELECT max(originator_version) FROM stored_events WHERE originator_id = stream), 0)
            OR EXISTS (SELECT FROM parked_streams p WHERE p.stream = expected.stream))
        OR EXISTS (
            SELECT FROM json_array_elements_text(scopes) AS used(scope)
            JOIN command_keys k ON k.scope = decode(used.scope, 'hex'))
    THEN
        RAISE EXCEPTION 'the log has gone on' USING ERRCODE = 'KT001';
    END IF;
END
$$;
