"""The peer: the same resource as a plain CRUD service, as most people would write it.

FastAPI, pydantic models, an async pool of psycopg, `INSERT … RETURNING` in a transaction, a SELECT
of rows into response models, one fitting index. It has no authentication, no events, no
idempotency, no history and checks no contact: whatever it leaves out makes it faster.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

SCHEMA = """
CREATE TABLE interactions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number bigserial UNIQUE,
    contact_id uuid NOT NULL,
    interaction_type text NOT NULL,
    date timestamptz NOT NULL,
    duration int,
    location text,
    medium text,
    topics_discussed text[] NOT NULL,
    notes text,
    sentiment text,
    follow_up_needed boolean,
    follow_up_notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL
);
CREATE INDEX ON interactions (contact_id, date DESC, id DESC);
"""

WRITTEN = (
    "contact_id, interaction_type, date, duration, location, medium, topics_discussed, notes, "
    "sentiment, follow_up_needed, follow_up_notes, created_by"
)
INSERT = (
    f"INSERT INTO interactions ({WRITTEN}) "
    f"VALUES ({', '.join(f'%({name})s' for name in WRITTEN.split(', '))}) RETURNING *"
)
SELECT = "SELECT * FROM interactions WHERE contact_id = %s ORDER BY date DESC, id DESC LIMIT %s"
POOL_SIZE = 16


class NewInteraction(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    contact_id: UUID
    interaction_type: Literal[
        "meeting", "call", "email", "message", "coffee", "lunch", "conference"
    ]
    date: datetime
    duration: int | None = None
    location: str | None = None
    medium: str | None = None
    topics_discussed: list[str] = []
    notes: str | None = None
    sentiment: Literal["positive", "neutral", "negative"] | None = None
    follow_up_needed: bool | None = None
    follow_up_notes: str | None = None


class Interaction(NewInteraction):
    id: UUID
    number: int
    created_at: datetime
    updated_at: datetime
    created_by: str


class Interactions(BaseModel):
    items: list[Interaction]


def peer(conninfo: str) -> FastAPI:
    pool = AsyncConnectionPool[Any](
        conninfo,
        min_size=POOL_SIZE,
        max_size=POOL_SIZE,
        open=False,
        kwargs={"autocommit": True, "row_factory": dict_row},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/interactions", status_code=201, response_model=Interaction)
    async def create(body: NewInteraction) -> Any:
        values = body.model_dump() | {"created_by": "Developer"}
        async with pool.connection() as connection, connection.transaction():
            cursor = await connection.execute(INSERT, values)
            return await cursor.fetchone()

    @app.get("/api/contacts/{contact_id}/interactions", response_model=Interactions)
    async def newest(contact_id: UUID, limit: int = 50) -> Any:
        async with pool.connection() as connection:
            cursor = await connection.execute(SELECT, (contact_id, limit))
            return {"items": await cursor.fetchall()}

    return app


def main() -> None:
    """Serve with the settings that `kith serve` gives to uvicorn; the port goes to stdout."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        peer(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
    )
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
