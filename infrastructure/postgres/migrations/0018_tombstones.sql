-- Objects that have left their calendars are forgotten once all of their occurrences have ended.
CREATE INDEX calendar_objects_gone_idx ON calendar_objects (account) WHERE gone;
