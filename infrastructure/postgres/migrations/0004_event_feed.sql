-- A tenant's events of one type, in order: a rare one is found without reading all the others.
CREATE INDEX stored_events_type_idx
    ON stored_events (split_part(originator_id, '/', 1), (topic COLLATE "C"), notification_id);
