-- To which webhook what is confidential belongs, so that all of it ends with the webhook. Of what is
-- there already the log says it; what the log doesn't name belongs to nothing.
ALTER TABLE webhook_confidential ADD COLUMN webhook uuid;
CREATE INDEX webhook_confidential_webhook_idx ON webhook_confidential (webhook);

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM webhook_confidential) THEN
        RETURN;
    END IF;
    UPDATE webhook_confidential c SET webhook = split_part(e.originator_id, '/', 3)::uuid
    FROM stored_events e, regexp_matches(convert_from(e.state, 'UTF8'),
        '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') AS named(ids)
    WHERE e.topic IN ('kith.webhook.added.v1', 'kith.webhook.changed.v1',
            'kith.webhook.secret-rotated.v1')
        AND c.id = named.ids[1]::uuid AND c.tenant = split_part(e.originator_id, '/', 1);
    DELETE FROM webhook_confidential c USING stored_events e
    WHERE e.topic = 'kith.webhook.removed.v1'
        AND e.originator_id = c.tenant || '/webhook/' || c.webhook;
    DELETE FROM webhook_confidential
    WHERE webhook IS NULL AND created_at < now() - interval '1 day';
END
$$;

-- Answers kept under a key withhold secrets and addresses from here on. Those kept before are made
-- like it, and name what is still there of what they told.
UPDATE command_keys k
SET answer = k.answer || jsonb_build_object(
    'body', regexp_replace(regexp_replace(k.answer ->> 'body',
        '"secret":"whsec_[^"]*"', '"secret":null'),
        '"url":"(https?://[^/?"\\]*)([^"\\]|\\.)*"', '"url":"\1"'),
    'withheld', coalesce((
        SELECT jsonb_agg(jsonb_build_array(told.name, c.id))
        FROM (VALUES ('secret'), ('url')) AS told(name)
        JOIN webhook_confidential c ON c.value = (k.answer ->> 'body')::json ->> told.name
            AND (told.name = 'secret' OR c.webhook::text = (k.answer ->> 'body')::json ->> 'id')
    ), '[]'))
WHERE k.answer ->> 'body' LIKE '%"secret":"whsec\_%';
