"""Refusals that all contracts share, each in its own form: strangers, bodies that aren't JSON."""

from collections.abc import Iterator
from itertools import product

import httpx
import pytest

from infrastructure.append import group_commit
from tests.api.behaviour.speaker import Speaker
from tests.api.hostile import MARK
from tests.api.running import EVERYTHING

NO_JSON = b'{"' + MARK.encode() + b'": '
HOSTILE = (
    NO_JSON,
    b"",
    NO_JSON + b'1, "a": 1, "a": 2}',
    NO_JSON + b"NaN}",
    NO_JSON + b"9223372036854775808}",
    NO_JSON + b'"\xff"}',
    NO_JSON + b'"\\u0000"}',
    NO_JSON + b'"\\ud83d"}',
    b"[" * 50_000,
    b'["' + MARK.encode() + b'"]',
    b'"' + MARK.encode() + b'"',
)


def attempts(speaker: Speaker, client: httpx.Client, identity: object) -> Iterator[httpx.Response]:
    """Every request there is about an interaction, with a body that nobody should get to read."""
    yield client.get(speaker.list_at)
    yield client.get(speaker.path(identity))
    yield from changes(speaker, client, identity, b"{not json")


def changes(
    speaker: Speaker, client: httpx.Client, identity: object, body: bytes
) -> Iterator[httpx.Response]:
    yield client.post(speaker.log_at, content=body)
    if "correcting" not in speaker.dialect.unsaid:
        yield client.request(speaker.dialect.correct, speaker.path(identity), content=body)
        yield client.delete(speaker.path(identity))


class TestStrangers:
    behaviour = "refusing strangers"

    def test_a_request_without_a_token_is_401_before_it_is_read(self, speaker: Speaker):
        identity = speaker.log()["id"]
        for response in attempts(speaker, speaker.service.anonymous(speaker.base), identity):
            # Without a token there is no claim: tracking answers at paths documented twice, and
            # logs nothing below a contact.
            if not (speaker.prefix and response.status_code in (404, 405)):
                assert response.status_code == 401, response.request.url
                assert response.headers["www-authenticate"].startswith("Bearer")
        expired = speaker.client(issuer="somebody else")
        for response in attempts(speaker, expired, identity):
            speaker.refused(response, 401)
        assert speaker.events() == 2

    def test_a_caller_without_a_tenant_is_403(self, speaker: Speaker):
        identity = speaker.log()["id"]
        for response in attempts(speaker, speaker.client(tenant=None), identity):
            assert speaker.dialect.tenant_is in speaker.refused(response, 403)

    def test_a_caller_without_the_permission_is_403_and_told_its_name(self, speaker: Speaker):
        identity = speaker.log()["id"]
        for missing in ("view_contacts", "edit_contacts"):
            client = speaker.client(permissions=set(EVERYTHING) - {missing})
            reading = [client.get(speaker.list_at), client.get(speaker.path(identity))]
            for response in (
                reading
                if missing == "view_contacts"
                else changes(speaker, client, identity, b"{not json")
            ):
                said = speaker.refused(response, 403)
                assert f"Insufficient permissions: {missing} required" in said
        assert speaker.events() == 2

    def test_records_of_another_tenant_are_404(self, speaker: Speaker, other_tenant: str):
        identity = speaker.log("Nobody else's business")["id"]
        stranger = speaker.client(tenant=other_tenant)
        for reference in speaker.ids({"id": identity}):
            path = speaker.path(reference)
            answers = [stranger.get(path)]
            if "correcting" not in speaker.dialect.unsaid:
                body = {speaker.dialect.text: "Mine"}
                answers.append(stranger.request(speaker.dialect.correct, path, json=body))
                answers.append(stranger.delete(path))
            for response in answers:
                speaker.refused(response, 404)
        listed = stranger.get(speaker.list_at)
        assert listed.status_code == 404 or speaker.dialect.records(listed.json()) == []
        assert "business" not in listed.text
        if "contacts" not in speaker.dialect.unsaid:
            response = stranger.post(speaker.log_at, json=speaker.body())
            speaker.refused(response, speaker.dialect.nobody)
        assert (speaker.events(), speaker.service.count_events(other_tenant)) == (2, 0)


class TestBodies:
    behaviour = "refusing hostile bodies"

    def test_a_body_that_is_no_json_object_is_refused_and_not_echoed(self, speaker: Speaker):
        identity, client = speaker.log()["id"], speaker.client()
        methods = [("POST", speaker.log_at)]
        if "correcting" not in speaker.dialect.unsaid:
            methods.append((speaker.dialect.correct, speaker.path(identity)))
        for (method, path), body in product(methods, HOSTILE):
            said = speaker.refused(client.request(method, path, content=body), 400, 422)
            assert MARK not in said
        assert speaker.events() == 2

    def test_a_body_of_another_type_is_415_and_a_large_one_is_413(self, speaker: Speaker):
        client = speaker.client()
        speaker.refused(client.post(speaker.log_at, data={"a": "b"}), 415)
        speaker.refused(client.post(speaker.log_at, json=speaker.body("x" * 2_000_000)), 413)
        assert speaker.events() == 1

    def test_a_record_too_large_for_one_append_is_413(
        self, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
    ):
        identity = speaker.log()["id"]
        monkeypatch.setattr(group_commit, "LARGEST_JOB", 100)
        speaker.refused(speaker.client().post(speaker.log_at, json=speaker.body()), 413)
        if "correcting" not in speaker.dialect.unsaid:
            text = {speaker.dialect.text: "Another"}
            speaker.refused(speaker.correct(identity, text), 413)
        assert speaker.events() == 2

    def test_unknown_keys_are_ignored_except_natively(self, speaker: Speaker):
        response = speaker.client().post(speaker.log_at, json=speaker.body() | {MARK: MARK})
        if speaker.dialect.name == "tracking":
            speaker.refused(response, 422)
        else:
            speaker.done(response, 201)
        assert MARK not in response.text
