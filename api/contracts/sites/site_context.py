"""Which site a request is about: the token's active site, or one of those it lists.

The document refers to another page for how a site context is set; here the claim `site_id` does,
else the tenant. A token that lists `sites` may choose another one of them with each request.
"""

import re
from dataclasses import replace
from typing import Any

from api.http.call import Call, tenant_required
from api.http.query import tags_parameter
from application.context import Principal

HEADER = "x-site-id"
CONTEXT_REQUIRED = "Site context required"

_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
"""A site's id is a number that survives in JavaScript, so this tenant's key has to be one."""


def site_principal(call: Call) -> Principal:
    """The caller with the chosen site as tenant. Raises a 403 without a site."""
    principal = call.principal
    site = _chosen(call) or principal.site or principal.tenant
    if site is None:
        raise tenant_required(CONTEXT_REQUIRED)
    if not _NUMBER.fullmatch(site):
        raise tenant_required(f"{CONTEXT_REQUIRED}: a site's id is a number.")
    return principal if site == principal.tenant else replace(principal, tenant=site)


def _chosen(call: Call) -> str | None:
    named = call.headers.get(HEADER)
    if named is None:
        return None
    principal = call.principal
    allowed = {principal.site or principal.tenant, *(principal.sites or ())}
    if (site := named.strip()) not in allowed:
        raise tenant_required(f"{CONTEXT_REQUIRED}: X-Site-ID names none of the token's sites.")
    return site


SITE: dict[str, Any] = {
    "parameters": [
        {
            "name": "X-Site-ID",
            "in": "header",
            "required": False,
            "schema": {"type": "integer", "minimum": 1},
            "description": "One of the sites that the token lists; otherwise its active site.",
        }
    ]
}
"""For `openapi_extra`: what every route about interactions takes besides its own parameters."""

TAGS = tags_parameter("Restricted tags, separated by commas: what they hide is shown.")
CONTEXT: dict[str, Any] = {"parameters": [*SITE["parameters"], *TAGS["parameters"]]}
"""The same for those about interactions that are there: a new one has nothing to open."""
