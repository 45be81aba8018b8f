"""The use of tactics: how often, and how well they worked."""

from datetime import date
from uuid import UUID

from domain.interaction import InteractionDeleted
from domain.record import Labels, Rapport, TacticUse
from projections.analytics.sums import NOBODY, TACTIC_USE
from tests.domain.samples import ANN
from tests.projections.given import OTHER, given
from tests.projections.test_timeline import amended, logged

LISTENING, MIRRORING = UUID(int=1), UUID(int=2)
USED = logged(
    rapport=Rapport(
        tactics=(
            TacticUse(tactic_id=LISTENING, effectiveness=4),
            TacticUse(tactic_id=LISTENING, effectiveness=5),
            TacticUse(tactic_id=MIRRORING),
        )
    )
)
TODAY = date(2024, 1, 10)


def sums(*happenings):
    """Uses, scored ones and their sum by contact and tactic."""
    found = {}
    for row in given(*happenings).rows(TACTIC_USE):
        assert row["day"] == TODAY
        key = row["contact_id"], row["tactic_id"]
        found[key] = row["uses"], row["scored"], row["effectiveness"]
    return found


def test_each_use_counts_for_the_contact_and_for_the_whole_tenant():
    expected = {LISTENING: (2, 2, 9), MIRRORING: (1, 0, 0)}
    assert sums(USED) == {
        (who, tactic): values for who in (ANN, NOBODY) for tactic, values in expected.items()
    }


def test_uses_of_several_interactions_are_summed():
    assert sums(USED, (OTHER, USED))[NOBODY, LISTENING] == (4, 4, 18)


def test_an_amendment_takes_away_what_is_no_longer_said():
    fewer = amended(USED, rapport=Rapport(tactics=(TacticUse(tactic_id=MIRRORING),)))
    assert sums(USED, fewer) == {(ANN, MIRRORING): (1, 0, 0), (NOBODY, MIRRORING): (1, 0, 0)}


def test_deleted_and_restricted_interactions_are_not_counted():
    assert sums(USED, InteractionDeleted(contact_id=ANN)) == {}
    assert sums(USED, amended(USED, labels=Labels(restricted=("hr",)))) == {}
