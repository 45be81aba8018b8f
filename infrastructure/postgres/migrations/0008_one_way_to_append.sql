-- Every append reads the log under the append lock before it writes. What let one process expect the
-- log's state instead goes; a process of an older version falls back to reading.
DROP FUNCTION expect_log(text, bigint, json, json);
DROP TABLE abandoned_appends;
