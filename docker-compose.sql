-- Run once by docker-compose.yml, as the superuser of a new volume: the role kith owns the database
-- and has no superuser's rights, so that no statement of kith reads files or starts programs. The
-- superuser logs in inside the container alone (docker compose exec postgres psql -U postgres kith).
-- In a volume from before, the superuser itself is called kith: its tables are moved by pg_dump.

\getenv password POSTGRES_PASSWORD
CREATE ROLE kith LOGIN PASSWORD :'password';
ALTER DATABASE kith OWNER TO kith;
ALTER ROLE CURRENT_USER PASSWORD NULL;
