-- How far the log has been sent to each topic of Kafka and acknowledged.
CREATE TABLE relay_checkpoints (
    topic text PRIMARY KEY,
    checkpoint bigint NOT NULL
);
