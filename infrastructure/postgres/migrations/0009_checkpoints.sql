-- The checkpoints of all followers of the log, in one table: how far each has followed it. `version`
-- is that of what a position belongs to, such as the definition of a read model; '' for none.
CREATE TABLE checkpoints (
    follower text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (follower, name)
);

INSERT INTO checkpoints
SELECT 'projector', name, version, checkpoint FROM read_models
UNION ALL SELECT 'relay', topic, '', checkpoint FROM relay_checkpoints
UNION ALL SELECT 'webhooks', 'deliveries', '', checkpoint FROM webhook_checkpoint;

DROP TABLE read_models, relay_checkpoints, webhook_checkpoint;
