"""The way to a service that a body names, checked before it is tried."""

from collections.abc import Mapping

from api.contracts.tracking.account_schemas import AccountChanges
from api.http.call import Call
from api.http.problem import invalid
from application.administering_accounts import Login
from domain.mail_address import normal
from infrastructure.oauth.providers import CONSENTED
from infrastructure.outside.addresses import NotAllowed, endpoint

ANOTHER_SERVER = "Another server needs the password again."


def login(call: Call, service: str, url: str, username: str | None, password: str | None) -> Login:
    """Raises a 422 for an address that accounts may not have."""
    whole = whole_url(service, url)
    try:
        where = endpoint(whole, allow_private=True)
    except NotAllowed as error:
        raise invalid(("body", "url"), "url_not_allowed", str(error)) from None
    try:
        endpoint(whole, allow_private=call.services.settings.accounts_allow_private)
    except NotAllowed as error:
        raise invalid(("body", "url"), "account_address_private", str(error)) from None
    values = {"url": whole}
    if username is not None and password is not None:
        values |= {"username": username, "password": password}
    address = normal(username) if username and "@" in username else None
    return Login(where.origin, address, values)


def changed_login(
    call: Call, service: str, known: Mapping[str, str], body: AccountChanges
) -> Login:
    """The way known so far, with what the body sets. A password is given anew with another
    address: it isn't sent to whatever server. Raises a 422."""
    if service in CONSENTED:
        detail = "Its user consents at the service: POST /api/accounts/authorize begins it."
        raise invalid(("body", "url"), "consent_needed", detail)
    given = body.model_fields_set
    url = body.url if "url" in given else known["url"]
    username = body.username if "username" in given else known.get("username")
    password = body.password if "password" in given else known.get("password")
    changed = login(call, service, url, username, password)
    kept = password is not None and "password" not in given
    if kept and changed.origin != endpoint(known["url"], allow_private=True).origin:
        raise invalid(("body", "password"), "password_needed", ANOTHER_SERVER)
    if (username is None) != (password is None):
        detail = "A username and a password come together."
        raise invalid(("body", "password"), "password_needed", detail)
    return changed


def whole_url(service: str, url: str) -> str:
    """The address with its scheme: a host alone is taken for CalDAV, webcal:// for a calendar."""
    if service == "caldav" and "://" not in url:
        return f"https://{url}"
    scheme, mark, rest = url.partition("://")
    if service == "ics" and mark and scheme.lower() in ("webcal", "webcals"):
        return f"https://{rest}"
    return url
