"""The service of an account that its user has consented to."""

from collections.abc import Mapping

from infrastructure.calendars.google.service import GoogleCalendars
from infrastructure.calendars.microsoft.service import GraphCalendars
from infrastructure.calendars.rest import Api
from infrastructure.oauth.bearer import Bearer, Keep
from infrastructure.oauth.providers import GOOGLE, MICROSOFT, Provider
from infrastructure.oauth.tokens import Grant
from infrastructure.outside.addresses import LONGEST_LINK
from infrastructure.outside.client import Client
from infrastructure.outside.way_out import WayOut

Consented = GoogleCalendars | GraphCalendars

SERVICES: Mapping[str, type[GoogleCalendars] | type[GraphCalendars]] = {
    GOOGLE: GoogleCalendars,
    MICROSOFT: GraphCalendars,
}


def consented(
    provider: Provider, secrets: Mapping[str, str], way_out: WayOut, keep: Keep
) -> Consented:
    """Nothing is asked before its first method is called. `secrets` are those of a grant; `keep`
    puts a renewed grant in its place."""
    bearer = Bearer(Client(way_out, {}), provider, Grant.of(secrets), keep)
    return SERVICES[provider.kind](Api(Client(way_out, {}, LONGEST_LINK), bearer))
