"""The connections of a process are bounded, and those that only wait make way for others."""

import socket
from contextlib import ExitStack
from resource import RLIM_INFINITY
from urllib.parse import urlsplit

import pytest

from api.http.connections import MOST, OTHER_FILES, Connections, most_connections
from tests.api.running import running


class One:
    """A connection that knows whether it was cut."""

    def __init__(self) -> None:
        self.transport = self
        self.cut = False

    def abort(self) -> None:
        self.cut = True


@pytest.fixture
def three() -> tuple[Connections, list[One]]:
    connections, ones = Connections(3), [One(), One(), One()]
    for one in ones:
        connections.opened(one)
    return connections, ones


def opened(connections: Connections) -> One:
    one = One()
    connections.opened(one)
    return one


def test_the_connection_that_has_waited_longest_makes_way(three):
    connections, (first, second, third) = three
    connections.asked(first)
    connections.answered(first)
    fourth = opened(connections)
    assert [one.cut for one in (first, second, third, fourth)] == [False, True, False, False]


def test_a_connection_with_a_request_under_way_is_left_alone(three):
    connections, ones = three
    for one in ones:
        connections.asked(one)
    fourth = opened(connections)
    assert [one.cut for one in (*ones, fourth)] == [False, False, False, True]


def test_a_closed_connection_counts_no_more(three):
    connections, ones = three
    connections.closed(ones[0])
    fourth = opened(connections)
    assert not any(one.cut for one in (*ones, fourth))


def test_a_mutant_without_the_bound_cuts_nothing():
    connections = Connections(1 << 60)
    cut = [opened(connections).cut for _ in range(100)]
    assert not any(cut)


def test_event_streams_and_open_files_bound_the_connections():
    assert most_connections(5_000, 65_536) == MOST
    assert most_connections(20_000, 65_536) == 40_000
    assert most_connections(5_000, 1_024) == 1_024 - OTHER_FILES
    assert most_connections(5_000, RLIM_INFINITY) == MOST


def test_a_request_is_answered_beside_more_idle_connections_than_the_bound(database, monkeypatch):
    monkeypatch.setattr("api.http.server.most_connections", lambda *_: 20)
    with running(database()) as service, ExitStack() as idle:
        address = urlsplit(service.url)
        for _ in range(100):
            client = socket.create_connection((address.hostname, address.port), timeout=60)
            idle.enter_context(client)
        assert service.anonymous().get("/health/live").status_code == 200
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: kith\r\n\r\n")
        assert b" 200 OK" in client.recv(65_536), "the newest is still there"
