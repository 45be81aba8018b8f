"""Principals, whatever they were read from."""

import pytest

from application.context import Principal, is_tenant


def test_a_principal_has_its_permissions_and_no_others():
    reader = Principal(user="5", name="John Smith", permissions=frozenset({"view_contacts"}))

    assert reader.may("view_contacts")
    assert not reader.may("edit_contacts")
    assert not reader.may("view")


@pytest.mark.parametrize("tenant", ["1", "acme", "Acme_Ltd-2", "x" * 64])
def test_a_tenant_is_up_to_64_letters_digits_underscores_and_hyphens(tenant):
    assert is_tenant(tenant)
    assert Principal(user="5", name="J", tenant=tenant).tenant == tenant


@pytest.mark.parametrize("tenant", ["", "x" * 65, "a/b", "a b", "ä", "a\n", "1\x00", "a.b", "٣"])
def test_other_texts_are_neither_tenant_nor_site(tenant):
    assert not is_tenant(tenant)
    with pytest.raises(ValueError, match="A tenant consists of"):
        Principal(user="5", name="J", tenant=tenant)
    with pytest.raises(ValueError, match="A tenant consists of"):
        Principal(user="5", name="J", sites=("1", tenant))


def test_a_principal_can_not_be_changed():
    principal = Principal(user="5", name="J", tenant="1")

    with pytest.raises(AttributeError):
        principal.tenant = "2"  # type: ignore[misc]
