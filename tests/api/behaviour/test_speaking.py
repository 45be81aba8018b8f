"""Behaviours of all contracts, each in its own words: logging, reading, listing, changing."""

from itertools import pairwise

import httpx

from tests.api.behaviour.dialect import Json
from tests.api.behaviour.speaker import Speaker

NOBODY = "00000000-0000-0000-0000-000000000007"


class TestLogging:
    behaviour = "logging"

    def test_a_logged_record_is_read_at_its_location(self, speaker: Speaker):
        headers = {"X-Request-ID": "req-7"}
        response = speaker.client().post(speaker.log_at, json=speaker.body("é"), headers=headers)
        logged = speaker.done(response, 201)
        assert logged[speaker.dialect.text] == "é"
        assert response.headers["x-request-id"] == "req-7"
        asker = speaker.service.client(tenant=speaker.tenant, contract=speaker.claim)
        found = asker.get(response.headers["location"])
        assert speaker.done(found).items() >= logged.items()
        assert found.headers["etag"] == response.headers["etag"]
        assert speaker.events() == 2

    def test_a_request_without_required_fields_appends_nothing(self, speaker: Speaker):
        response = speaker.client().post(speaker.log_at, json={})
        said = speaker.refused(response, speaker.dialect.invalid)
        assert all(name in said for name in speaker.dialect.required)
        assert speaker.events() == 1

    def test_a_repeated_key_has_one_effect_and_one_answer(self, speaker: Speaker):
        client, key = speaker.client(), {"Idempotency-Key": "k-1"}
        first, again = (
            client.post(speaker.log_at, json=speaker.body(), headers=key) for _ in range(2)
        )
        for part in ("status_code", "content"):
            assert getattr(again, part) == getattr(first, part)
        assert again.headers["location"] == first.headers["location"]
        assert speaker.events() == 2
        other = client.post(speaker.log_at, json=speaker.body("Something else"), headers=key)
        speaker.refused(other, 422)
        none = client.post(speaker.log_at, json=speaker.body(), headers={"Idempotency-Key": ""})
        speaker.refused(none, 400)
        assert speaker.events() == 2


class TestReading:
    behaviour = "reading"

    def test_a_record_is_found_by_either_id(self, speaker: Speaker):
        logged = speaker.log()
        for identity in speaker.ids(logged):
            assert speaker.read(identity).items() >= logged.items()

    def test_an_unknown_id_is_404(self, speaker: Speaker):
        speaker.log()
        for identity in ("0", "-1", "x", "1.0", "9" * 20, NOBODY):
            said = speaker.refused(speaker.client().get(speaker.path(identity)), 404)
            assert "Interaction not found" in said
            if "correcting" not in speaker.dialect.unsaid:
                speaker.refused(speaker.correct(identity, speaker.body()), 404)
                speaker.refused(speaker.client().delete(speaker.path(identity)), 404)
        assert speaker.events() == 2


class TestListing:
    behaviour = "listing"

    def test_a_list_is_newest_first_and_shows_records_as_single_reads_do(self, speaker: Speaker):
        assert speaker.listed() == []
        logged = [speaker.log(f"Talk {day}", day) for day in (1, 2, 3)]
        assert speaker.listed() == [speaker.read(one["id"]) for one in reversed(logged)]

    def test_every_page_leads_to_the_next_until_each_was_shown_once(self, speaker: Speaker):
        ids = [speaker.log(f"Talk {day}", day)["id"] for day in range(1, 6)][::-1]
        pages = [page.json() for page in walk(speaker, 2)]
        seen = [speaker.dialect.records(page) for page in pages]
        assert [[one["id"] for one in page] for page in seen] == [ids[:2], ids[2:4], ids[4:]]
        totals = {speaker.dialect.total(page) for page in pages}
        assert totals in ({5}, {None})

    def test_a_page_has_bounds(self, speaker: Speaker):
        for size in ("0", "-1", "201", "ten", "1.5", "9" * 30):
            query = {speaker.dialect.size: size}
            response = speaker.client().get(speaker.list_at, params=query)
            assert speaker.dialect.size in speaker.refused(response, speaker.dialect.invalid)


class TestWithContacts:
    behaviour = "contacts"

    def test_an_interaction_with_an_unknown_contact_is_refused(self, speaker: Speaker):
        nobody = speaker.contact._replace(id=NOBODY, number=2**40)
        path = speaker.prefix + speaker.dialect.log_at(nobody)
        response = speaker.client().post(path, json=speaker.dialect.body(nobody, "x", 1))
        speaker.refused(response, speaker.dialect.nobody)
        assert speaker.events() == 1

    def test_a_removed_contact_takes_no_interaction_until_restored(self, speaker: Speaker):
        logged = speaker.log()
        contact = f"/api/contacts/{speaker.contact.id}"
        native = speaker.service.client(tenant=speaker.tenant)
        assert native.delete(contact).status_code == 204
        response = speaker.client().post(speaker.log_at, json=speaker.body())
        speaker.refused(response, speaker.dialect.nobody)
        native.post(f"{contact}/restore")
        assert speaker.listed() == [speaker.read(logged["id"])]
        speaker.log()


class TestCorrecting:
    behaviour = "correcting"

    def test_a_correction_keeps_omitted_fields_and_shows_in_every_read(self, speaker: Speaker):
        logged = speaker.log("Before")
        answer = speaker.done(speaker.correct(logged["id"], {speaker.dialect.text: "After"}))
        assert without_who(speaker, answer) == without_who(speaker, logged) | {
            speaker.dialect.text: "After"
        }
        assert speaker.read(logged["id"]) == answer
        assert speaker.listed() == [answer]

    def test_null_clears_a_field(self, speaker: Speaker):
        logged = speaker.log()
        answer = speaker.done(speaker.correct(logged["id"], {speaker.dialect.text: None}))
        assert answer[speaker.dialect.text] is None

    def test_a_correction_with_the_record_as_read_changes_nothing(self, speaker: Speaker):
        logged = speaker.log()
        for body in (logged, {}):
            assert speaker.done(speaker.correct(logged["id"], body)) == logged
        assert speaker.events() == 2

    def test_an_invalid_correction_changes_nothing(self, speaker: Speaker):
        logged = speaker.log()
        for wrong in (7, ["x"], {"x": 1}, "x" * 100_001):
            body = speaker.body("After") | {speaker.dialect.text: wrong}
            speaker.refused(speaker.correct(logged["id"], body), speaker.dialect.invalid)
        wrong_time = {speaker.dialect.when: "yesterday"}
        speaker.refused(speaker.correct(logged["id"], wrong_time), speaker.dialect.invalid)
        assert speaker.read(logged["id"]) == logged
        assert speaker.events() == 2

    def test_a_record_moved_in_time_moves_in_its_list(self, speaker: Speaker):
        first, second = speaker.log("First", 1), speaker.log("Second", 2)
        when = speaker.body(day=3)[speaker.dialect.when]
        moved = speaker.done(speaker.correct(first["id"], {speaker.dialect.when: when}))
        assert moved[speaker.dialect.when] == when
        assert speaker.listed() == [moved, second]


class TestConditions:
    behaviour = "conditions"

    def test_a_correction_with_a_stale_if_match_is_refused(self, speaker: Speaker):
        identity = speaker.log()["id"]
        path, client = speaker.path(identity), speaker.client()
        seen = {"If-Match": client.get(path).headers["etag"]}
        first = speaker.correct(identity, {speaker.dialect.text: "A"}, headers=seen)
        speaker.done(first)
        now = {"If-Match": first.headers["etag"]}
        assert now["If-Match"] == client.get(path).headers["etag"] != seen["If-Match"]
        for tag in (seen, {"If-Match": '"never ours"'}):
            late = speaker.correct(identity, {speaker.dialect.text: "B"}, headers=tag)
            speaker.refused(late, 412)
            speaker.refused(client.delete(path, headers=tag), 412)
        assert speaker.read(identity)[speaker.dialect.text] == "A"
        assert client.delete(path, headers=now).is_success


class TestDeleting:
    behaviour = "deleting"

    def test_a_deleted_record_is_gone_everywhere_and_its_events_stay(self, speaker: Speaker):
        kept, logged = speaker.log("Kept", 1), speaker.log("Going", 2)
        path, client = speaker.path(logged["id"]), speaker.client()
        assert client.delete(path).status_code == speaker.dialect.deleted
        speaker.refused(client.get(path), 404)
        speaker.refused(speaker.correct(logged["id"], {speaker.dialect.text: "x"}), 404)
        speaker.refused(client.delete(path), speaker.dialect.deleted_again)
        answer = client.get(speaker.list_at).json()
        assert speaker.dialect.records(answer) == [kept]
        assert speaker.dialect.total(answer) in (1, None)
        _, event, version = speaker.service.events(speaker.tenant)[-1]
        assert (event, version, speaker.events()) == ("kith.interaction.deleted.v1", 2, 4)


def walk(speaker: Speaker, size: int) -> list[httpx.Response]:
    """All pages of the list, along the links."""
    client, query = speaker.client(), {speaker.dialect.size: str(size)}
    pages = [client.get(speaker.list_at, params=query)]
    while following := pages[-1].links.get("next"):
        assert len(pages) < 10
        pages.append(client.get(following["url"].removeprefix(speaker.base)))
    assert all(one.url != other.url for one, other in pairwise(pages))
    return pages


def without_who(speaker: Speaker, shown: Json) -> Json:
    return {key: value for key, value in shown.items() if key not in speaker.dialect.written}
