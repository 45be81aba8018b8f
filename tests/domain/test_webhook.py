"""The decisions about a tenant's webhook, and the content of its events."""

from datetime import timedelta
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.event import Changed
from domain.webhook import (
    MOST_FORMER,
    FormerSecret,
    Reason,
    Subscription,
    Webhook,
    WebhookAdded,
    WebhookChanged,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
    WebhookSecretRotated,
)
from tests.domain.given import fold, given
from tests.domain.samples import NOW

ADDRESS, FIRST, SECOND, THIRD, DELIVERY = (UUID(int=number) for number in range(1, 6))
EVERYTHING = Subscription(origin="https://hooks.example.com", address=ADDRESS)
ADDED = WebhookAdded(subscription=EVERYTHING, secret=FIRST)
DISABLED = WebhookDisabled(reason=Reason.GONE)
DAY = timedelta(days=1)


def test_a_subscription_is_added_as_it_was_asked_for():
    assert Webhook.add(EVERYTHING, FIRST) == [ADDED]


def test_a_change_names_old_and_new():
    some = EVERYTHING.model_copy(update={"types": ("kith.contact.added.v1",)})
    changed = {"types": Changed(old=[], new=["kith.contact.added.v1"])}
    given(ADDED).when(lambda it: it.change(some)).then(WebhookChanged(changes=changed))


def test_an_equal_subscription_is_no_change():
    given(ADDED).when(lambda it: it.change(EVERYTHING)).then()


class TestSecrets:
    def test_the_former_secret_signs_until_the_overlap_ends(self):
        rotated = WebhookSecretRotated(secret=SECOND, former_until=NOW + DAY)
        given(ADDED).when(lambda it: it.rotate(SECOND, DAY, NOW)).then(rotated)
        state = fold(None, [ADDED, rotated])
        assert state.secret == SECOND
        assert state.former == (FormerSecret(secret=FIRST, until=NOW + DAY),)

    def test_none_signs_longer_than_the_last_rotation_allows(self):
        """A rotation without an overlap, after a secret got out, ends all former secrets."""
        first = WebhookSecretRotated(secret=SECOND, former_until=NOW + DAY)
        second = WebhookSecretRotated(secret=THIRD, former_until=NOW)
        state = fold(None, [ADDED, first, second])
        assert [each.until for each in state.former] == [NOW, NOW]

    def test_are_not_kept_without_end(self):
        rotations = [
            WebhookSecretRotated(secret=UUID(int=number), former_until=NOW) for number in range(20)
        ]
        assert len(fold(None, [ADDED, *rotations]).former) == MOST_FORMER


class TestDisabling:
    def test_happens_once(self):
        given(ADDED).when(lambda it: it.disable(Reason.GONE)).then(DISABLED)
        given(ADDED, DISABLED).when(lambda it: it.disable(Reason.FAILING)).then()

    def test_is_undone_once(self):
        given(ADDED, DISABLED).when(Webhook.enable).then(WebhookEnabled())
        given(ADDED, DISABLED, WebhookEnabled()).when(Webhook.enable).then()

    def test_leaves_nothing_to_replay_to(self):
        disabled = given(ADDED, DISABLED).when(lambda it: it.replay(0))
        disabled.refuses(Conflict, code="webhook_disabled")
        again = given(ADDED, DISABLED, WebhookEnabled())
        replayed = WebhookReplayRequested(after=4, delivery=DELIVERY)
        again.when(lambda it: it.replay(4, DELIVERY)).then(replayed)


class TestReplays:
    REPLAYED = WebhookReplayRequested(after=0)

    def test_are_one_at_a_time(self):
        under_way = given(ADDED, self.REPLAYED)
        under_way.when(lambda it: it.replay(3)).refuses(Conflict, code="replay_under_way")
        under_way.when(lambda it: it.replay(0, finished=1)).then(self.REPLAYED)
        twice = given(ADDED, self.REPLAYED, self.REPLAYED)
        twice.when(lambda it: it.replay(3, finished=1)).refuses(Conflict, code="replay_under_way")

    def test_single_deliveries_neither_wait_nor_count(self):
        single = WebhookReplayRequested(after=4, delivery=DELIVERY)
        given(ADDED, self.REPLAYED).when(lambda it: it.replay(4, DELIVERY)).then(single)
        given(ADDED, single).when(lambda it: it.replay(0)).then(self.REPLAYED)


def test_a_removed_webhook_refuses_every_command():
    given(ADDED).when(Webhook.remove).then(WebhookRemoved())
    removed = given(ADDED, WebhookRemoved())
    for decide in (
        Webhook.remove,
        Webhook.enable,
        lambda it: it.disable(Reason.REQUESTED),
        lambda it: it.change(EVERYTHING),
        lambda it: it.rotate(SECOND, DAY, NOW),
        lambda it: it.replay(0),
    ):
        removed.when(decide).refuses(NotFound, code="webhook_not_found")
