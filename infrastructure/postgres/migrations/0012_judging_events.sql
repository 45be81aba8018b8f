-- Which events decide who may see the content of a record, by its restricted tags or by deleting it,
-- is found without reading the others: a stream may have hundreds, and each a megabyte. A text can't
-- hold these words: its quotes are escaped.
CREATE INDEX stored_events_judging_idx ON stored_events (originator_id, originator_version)
WHERE (
    topic = 'kith.interaction.deleted.v1'
    OR position('"restricted":["'::bytea IN state) > 0
    OR position('"labels.restricted":'::bytea IN state) > 0);
