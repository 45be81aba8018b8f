-- A single delivery's event is planned at once, and no longer waits among the replays.
INSERT INTO webhook_deliveries (webhook, tenant, cause, event_id, type, position)
SELECT r.webhook, r.tenant, 'replay', coalesce(
        substring(encode(substr(e.state, 1, 200), 'escape') from '"id":"([0-9a-f-]{36})"')::uuid,
        '00000000-0000-0000-0000-000000000000'), e.topic, e.notification_id
FROM webhook_replays r JOIN stored_events e ON e.notification_id = r.upto
WHERE r.any_type AND r.webhook IN (SELECT webhook FROM webhook_endpoints);

DELETE FROM webhook_replays WHERE any_type;
ALTER TABLE webhook_replays DROP COLUMN any_type;
