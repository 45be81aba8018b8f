"""The contract that an unverified token claims."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infrastructure.identity.bearer import unverified_contract
from tests.infrastructure.identity.tokens import OTHER_SECRET, bearer, claims, encoded

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_contract_is_read_without_verifying():
    forged = bearer(claims(contract="sites", exp=1), secret=OTHER_SECRET)

    assert unverified_contract(forged) == "sites"


@pytest.mark.parametrize("contract", [..., None, 5, ["sites"], "", "a/b", "x" * 65])
def test_a_claim_that_names_no_contract_counts_as_absent(contract):
    assert unverified_contract(bearer(claims(contract=contract))) is None


@unhurried
@given(st.one_of(st.none(), st.text(), st.text().map(lambda text: f"Bearer a.{text}.b")))
@example("Bearer a." + encoded(b"[" * 4000) + ".b")
@example("Bearer a." + encoded(b"9" * 5000) + ".b")
@example(bearer(claims(contract="sites", name="x" * 9000)))
def test_no_header_makes_reading_the_contract_raise(authorization):
    assert unverified_contract(authorization) is None
