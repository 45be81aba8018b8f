"""The page that hands code and state on: no script but its own, and nothing that breaks out."""

import base64
import re
from hashlib import sha256

import pytest

from api.contracts.tracking.consent_page import HEADERS, POLICY, page, refusal_page

HOSTILE = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>&\u2028'


def test_the_policy_names_the_script_and_the_style_of_the_page():
    html = page("code", "state", []).decode()
    for kind, element in (("script", "<script>(.*?)</script>"), ("style", "<style>(.*?)</style>")):
        (text,) = re.findall(element, html, re.DOTALL)
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_the_page_is_kept_nowhere_and_sends_no_referrer():
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Referrer-Policy"] == "no-referrer"


def test_nothing_comes_from_elsewhere():
    html = page("code", "state", ["https://app.example.com"]).decode()
    assert not re.search(r"\b(src|href|action)=", html)


@pytest.mark.parametrize("render", [lambda text: page(text, text, [text]), refusal_page])
def test_hostile_values_stay_text(render):
    html = render(HOSTILE).decode()
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert html.count("<script") <= 2


def test_an_application_at_any_origin_is_told_nothing():
    assert '"origins":[]' in page("code", "state", ["*"]).decode()
    told = page("code", "state", ["*", "https://app.example.com"]).decode()
    assert '"origins":["https://app.example.com"]' in told
