"""The page to which a service sends the user's browser after a consent: it hands code and state on.

The page carries no token of ours, so it redeems nothing: the application that began does, with the
token of the user who began. It tells its opener, where that is at one of the origins that may call
the API, and shows both to be copied elsewhere.
"""

import base64
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from pydantic_core import to_json

LONGEST = 4096
"""Characters of a code, a state, or an error."""

SCRIPT = """
const handed = JSON.parse(document.getElementById("handed").textContent);
for (const origin of window.opener ? handed.origins : [])
  window.opener.postMessage({kith: "consent", code: handed.code, state: handed.state}, origin);
"""

STYLE = "body{font:1rem/1.5 sans-serif;max-width:40rem;margin:4rem auto}dd{word-break:break-all}"

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; script-src {_hash(SCRIPT)}; style-src {_hash(STYLE)}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page(code: str, state: str, origins: Sequence[str]) -> bytes:
    """`origins` are those of KITH_CORS_ORIGINS; any origin is nobody's."""
    known = [origin for origin in origins if origin != "*"]
    handed = to_json({"code": code, "state": state, "origins": known}).decode()
    return _html(
        "The service has your consent. Back in your application, the account is connected; if "
        "nothing happens there, give it these two values.",
        f"<dl><dt>code<dd>{escape(code)}<dt>state<dd>{escape(state)}</dl>"
        f'<script id="handed" type="application/json">{_inert(handed)}</script>'
        f"<script>{SCRIPT}</script>",
    )


def refusal_page(error: str) -> bytes:
    return _html("The service gave no consent, and nothing was connected.", f"<p>{escape(error)}")


def _html(sentence: str, more: str) -> bytes:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>kith</title><style>{STYLE}'
    return f"{head}</style><h1>kith</h1><p>{sentence}</p>{more}</html>\n".encode()


def _inert(json: str) -> str:
    """JSON that no HTML parser takes for the end of its element."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
