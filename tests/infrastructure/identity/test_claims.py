"""Which claims make a principal, and which make a bad token."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.context import Principal
from infrastructure.identity.claims import principal_of
from infrastructure.identity.errors import InvalidToken

EXPIRY = 1_900_000_000

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def principal(**claims):
    return principal_of({"sub": "5", "exp": EXPIRY, **claims})


def test_all_claims_of_a_full_token_are_taken_over():
    assert principal(
        name="John Smith",
        given_name="John",
        family_name="Smith",
        tenant="acme",
        permissions=["view_contacts", "tag:immigration"],
        contract="sites",
        sites=["1", 2],
    ) == Principal(
        user="5",
        number=5,
        name="John Smith",
        given_name="John",
        family_name="Smith",
        tenant="acme",
        permissions=frozenset({"view_contacts", "tag:immigration"}),
        contract="sites",
        sites=("1", "2"),
        expires_at=float(EXPIRY),
    )


def test_a_token_with_nothing_but_a_subject_makes_a_principal_who_may_nothing():
    bare = principal(sub="auth0|abc")

    assert (bare.user, bare.name, bare.number) == ("auth0|abc", "auth0|abc", None)
    assert bare.tenant is None
    assert bare.sites is None
    assert bare.permissions == frozenset()


def test_claims_that_are_null_count_as_absent():
    assert principal(tenant=None, site_id=7, permissions=None, sites=None, name=None).tenant == "7"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "John Smith", "given_name": "Jack"}, "John Smith"),
        ({"given_name": "John", "family_name": "Smith"}, "John Smith"),
        ({"name": "  ", "family_name": "Smith"}, "Smith"),
        ({"given_name": "John"}, "John"),
        ({}, "5"),
    ],
)
def test_the_name_falls_back_to_given_and_family_name_and_then_to_the_subject(claims, name):
    assert principal(**claims).name == name


@pytest.mark.parametrize(
    ("claims", "tenant"),
    [
        ({"tenant": "a", "site_id": "b", "business_id": "c"}, "a"),
        ({"site_id": "b", "business_id": "c"}, "b"),
        ({"business_id": "c"}, "c"),
        ({"site_id": 123}, "123"),
        ({}, None),
    ],
)
def test_the_tenant_is_the_first_of_tenant_site_id_and_business_id(claims, tenant):
    assert principal(**claims).tenant == tenant


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"sub": "5"}, 5),
        ({"sub": 5}, 5),
        ({"sub": "5", "user_id": 6}, 5),
        ({"sub": "auth0|5", "user_id": 6}, 6),
        ({"sub": "auth0|5", "user_id": "6"}, 6),
        ({"sub": "auth0|5"}, None),
        ({"sub": "4503599627370495"}, 2**52 - 1),
        ({"sub": "4503599627370496"}, None),
        ({"sub": "9223372036854775808"}, None),
        ({"sub": "0"}, None),
        ({"sub": "-5"}, None),
        ({"sub": "٥"}, None),
    ],
)
def test_the_number_is_a_numeric_subject_else_the_user_id(claims, number):
    assert principal(**claims).number == number


def test_two_spellings_of_a_number_are_not_one_user():
    assert principal(sub="007").number is None


def test_permissions_are_the_array_else_the_words_of_the_scope():
    assert principal(scope="openid view_contacts").permissions == {"openid", "view_contacts"}
    assert principal(scope="openid", permissions=["audit"]).permissions == {"audit"}
    assert principal(scope="openid", permissions=[]).permissions == frozenset()


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": "   "},
        {"sub": "x" * 256},
        {"sub": ["5"]},
        {"sub": True},
        {"sub": 5.0},
        {"sub": "a\x00b"},
        {"user_id": "six", "sub": "auth0|6"},
        {"user_id": 6.5, "sub": "auth0|6"},
        {"user_id": "", "sub": "auth0|6"},
        {"user_id": True, "sub": "auth0|6"},
        {"name": 5},
        {"name": ["John"]},
        {"name": "\ud800"},
        {"given_name": {}},
        {"family_name": False},
        {"tenant": ["1"]},
        {"tenant": {"id": 1}},
        {"tenant": True},
        {"tenant": 1.5},
        {"tenant": ""},
        {"tenant": "a/b"},
        {"tenant": "x" * 65},
        {"tenant": "", "site_id": "1"},
        {"site_id": ["1"]},
        {"business_id": "a b"},
        {"permissions": "view_contacts"},
        {"permissions": {"view_contacts": True}},
        {"permissions": [1]},
        {"permissions": [["view_contacts"]]},
        {"permissions": [""]},
        {"permissions": 5, "scope": "view_contacts"},
        {"scope": ["view_contacts"]},
        {"contract": 5},
        {"contract": ["sites"]},
        {"contract": "a/b"},
        {"sites": "1,2"},
        {"sites": {"1": 2}},
        {"sites": [None]},
        {"sites": [["1"]]},
        {"sites": ["a/b"]},
    ],
    ids=repr,
)
def test_a_claim_of_the_wrong_kind_is_a_bad_token(claims):
    with pytest.raises(InvalidToken) as refusal:
        principal(**claims)

    assert str(refusal.value).startswith("The token")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_claims = st.sampled_from(
    [
        *("sub", "user_id", "name", "given_name", "family_name"),
        *("tenant", "site_id", "business_id", "sites"),
        *("permissions", "scope", "contract"),
    ]
)


@unhurried
@given(st.dictionaries(_claims, _json))
def test_any_signed_claims_are_a_principal_or_a_bad_token(claims):
    with suppress(InvalidToken):
        principal_of({"exp": EXPIRY, **json.loads(json.dumps(claims))})
