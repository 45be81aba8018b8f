"""The four people of the practice. The first is who a development token stands for by default."""

from application.context import Principal

PERMISSIONS = frozenset({"view_contacts", "edit_contacts", "tag:immigration"})

NAMES = (("Dana", "Whitfield"), ("Marcus", "Oyelaran"), ("Priya", "Raman"), ("Tom", "Lindqvist"))
DOMAIN = "whitfield-partners.example"


def team(tenant: str) -> tuple[Principal, ...]:
    """Raises ValueError for a tenant that can't be one."""
    return tuple(
        Principal(
            user=str(number),
            name=f"{given} {family}",
            number=number,
            given_name=given,
            family_name=family,
            tenant=tenant,
            permissions=PERMISSIONS,
        )
        for number, (given, family) in enumerate(NAMES, 1)
    )
