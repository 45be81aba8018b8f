"""A request for every route of the native contract."""

from tests.api.examples import Example

NEW_MEETING = {"contactId": "{contact}", "scheduledDateTime": "2031-01-01T09:00:00Z"}
NEW_TACTIC = {"name": "Walks", "domain": "Social Psychology", "description": "Talk on a walk."}
NEW_SERVICE = {
    "serviceName": "Repair",
    "programName": "Bicycles",
    "customQuestions": [{"type": "select", "label": "Which?", "options": ["City", "Race"]}],
}
NEW_WEBHOOK = {
    "url": "https://hooks.invalid/kith",
    "types": ["kith.meeting.missed.v1"],
    "description": "x",
}
NEW_ACCOUNT = {
    "kind": "caldav",
    "url": "https://dav.invalid/",
    "username": "ann",
    "password": "x",
    "name": "x",
}
EXAMPLES = {
    "POST /api/interactions": Example(
        "/api/interactions",
        {
            "contactId": "{contact}",
            "interactionType": "call",
            "date": "2024-01-01T09:00:00Z",
            "duration": 5,
            "location": "here",
            "medium": "phone",
            "topicsDiscussed": ["prices"],
            "notes": "x",
            "sentiment": "neutral",
            "followUpNeeded": False,
            "followUpNotes": "x",
            "participants": ["Bob", {"name": "Cleo", "email": "c@example.org"}],
            "tags": ["vip"],
        },
        201,
        foreign=422,
    ),
    "GET /api/contacts/{contact_id}/interactions": Example("/api/contacts/{contact}/interactions"),
    "GET /api/interactions/{id}": Example("/api/interactions/{interaction}"),
    "GET /api/interactions": Example("/api/interactions"),
    "PUT /api/interactions/{id}": Example("/api/interactions/{interaction}", {"notes": "x"}),
    "DELETE /api/interactions/{id}": Example("/api/interactions/{interaction}", status=204),
    "POST /api/contacts": Example(
        "/api/contacts",
        {
            "name": "Ann",
            "email": "ann@example.org",
            "phone": "1",
            "company": "Ode",
            "title": "Dr",
            "tags": ["vip"],
        },
        201,
    ),
    "GET /api/contacts": Example("/api/contacts"),
    "GET /api/contacts/{contact_id}": Example("/api/contacts/{contact}"),
    "PATCH /api/contacts/{contact_id}": Example("/api/contacts/{contact}", {"name": "Bob"}),
    "DELETE /api/contacts/{contact_id}": Example("/api/contacts/{contact}", status=204),
    "POST /api/contacts/{contact_id}/restore": Example("/api/contacts/{removed}/restore"),
    "PUT /api/contacts/{contact_id}/status": Example(
        "/api/contacts/{contact}/status",
        {
            "relationshipStatus": "inactive",
            "lifecycleStage": "decision",
            "reason": "x",
            "notes": "x",
        },
    ),
    "POST /api/contacts/{contact_id}/reactivate": Example(
        "/api/contacts/{inactive}/reactivate", {"reason": "x", "notes": "x"}
    ),
    "GET /api/contacts/{contact_id}/status-history": Example(
        "/api/contacts/{contact}/status-history"
    ),
    "POST /api/meetings": Example(
        "/api/meetings",
        {
            **NEW_MEETING,
            "location": "here",
            "purpose": "x",
            "agendaItems": ["x"],
            "preparationNotes": "x",
            "calendarSynced": True,
            "endsAt": "2031-01-01T10:00:00Z",
            "timezone": "Europe/Berlin",
            "wholeDay": False,
            "attendees": ["Bob", {"name": "Cleo", "address": "c@example.org"}],
        },
        201,
        foreign=422,
    ),
    "GET /api/meetings": Example("/api/meetings"),
    "GET /api/meetings/{id}": Example("/api/meetings/{meeting}"),
    "PUT /api/meetings/{id}": Example("/api/meetings/{meeting}", NEW_MEETING),
    **{
        f"{method} /api/meetings/{{id}}/{end}": Example(f"/api/meetings/{{meeting}}/{end}", body)
        for method in ("PUT", "POST")
        for end, body in (
            (
                "complete",
                {
                    "actualDate": "2024-01-01T09:00:00Z",
                    "attendees": ["Ann"],
                    "duration": 5,
                    "topicsCovered": ["x"],
                    "outcomes": "x",
                    "actionItems": ["x"],
                    "nextSteps": "x",
                    "relationshipImpact": "x",
                },
            ),
            ("cancel", {"reason": "x"}),
            ("no-show", {"reason": "x"}),
            ("reinstate", None),
        )
    },
    "GET /api/analytics/interactions": Example("/api/analytics/interactions"),
    "GET /api/tactics": Example("/api/tactics"),
    "GET /api/tactics/{id}": Example("/api/tactics/{tactic}"),
    "GET /api/admin/tactics": Example("/api/admin/tactics"),
    "POST /api/admin/tactics": Example("/api/admin/tactics", NEW_TACTIC, 201),
    "PATCH /api/admin/tactics/{id}": Example("/api/admin/tactics/{tactic}", NEW_TACTIC),
    "DELETE /api/admin/tactics/{id}": Example("/api/admin/tactics/{tactic}", status=204),
    "GET /api/admin/services": Example("/api/admin/services"),
    "GET /api/admin/services/{id}": Example("/api/admin/services/{service}"),
    "POST /api/admin/services": Example("/api/admin/services", NEW_SERVICE, 201),
    "PATCH /api/admin/services/{id}": Example("/api/admin/services/{service}", NEW_SERVICE),
    "DELETE /api/admin/services/{id}": Example("/api/admin/services/{service}", status=204),
    "GET /api/events": Example("/api/events"),
    "GET /api/events/stream": Example("/api/events/stream"),
    "GET /asyncapi.json": Example("/asyncapi.json"),
    "GET /schemas/{name}": Example("/schemas/kith.contact.added.v1.json"),
    "POST /api/webhooks": Example("/api/webhooks", NEW_WEBHOOK, 201),
    "GET /api/webhooks": Example("/api/webhooks"),
    "GET /api/webhooks/{id}": Example("/api/webhooks/{webhook}"),
    "PATCH /api/webhooks/{id}": Example(
        "/api/webhooks/{webhook}", {**NEW_WEBHOOK, "enabled": False}
    ),
    "DELETE /api/webhooks/{id}": Example("/api/webhooks/{webhook}", status=204),
    "POST /api/webhooks/{id}/secret": Example(
        "/api/webhooks/{webhook}/secret", {"overlapSeconds": 60}
    ),
    "POST /api/webhooks/{id}/test": Example("/api/webhooks/{webhook}/test"),
    "GET /api/webhooks/{id}/deliveries": Example("/api/webhooks/{webhook}/deliveries"),
    "GET /api/webhooks/{id}/deliveries/{delivery_id}": Example(
        "/api/webhooks/{webhook}/deliveries/{delivery}"
    ),
    "POST /api/webhooks/{id}/deliveries/{delivery_id}/replay": Example(
        "/api/webhooks/{webhook}/deliveries/{delivery}/replay", status=202
    ),
    "POST /api/webhooks/{id}/replay": Example("/api/webhooks/{webhook}/replay", {"after": 0}, 202),
    "POST /api/accounts": Example("/api/accounts", NEW_ACCOUNT, 201),
    "GET /api/accounts": Example("/api/accounts"),
    # The kith of the tests isn't registered anywhere, and no consent was begun.
    "POST /api/accounts/authorize": Example(
        "/api/accounts/authorize", {"kind": "google"}, 422, foreign=422
    ),
    "GET /api/accounts/callback": Example("/api/accounts/callback"),
    "POST /api/accounts/authorized": Example(
        "/api/accounts/authorized", {"code": "c", "state": "s"}, 422, foreign=422
    ),
    "GET /api/accounts/{id}": Example("/api/accounts/{account}"),
    "PATCH /api/accounts/{id}": Example(
        "/api/accounts/{account}", {key: NEW_ACCOUNT[key] for key in NEW_ACCOUNT if key != "kind"}
    ),
    "DELETE /api/accounts/{id}": Example("/api/accounts/{account}", status=204),
    "GET /api/accounts/{id}/calendars": Example("/api/accounts/{account}/calendars"),
    "PUT /api/accounts/{id}/calendars": Example(
        "/api/accounts/{account}/calendars",
        {"items": [{"id": "{calendar}", "read": True, "write": True}]},
    ),
    "POST /api/accounts/{id}/sync": Example("/api/accounts/{account}/sync", status=202),
    "POST /api/accounts/{id}/pause": Example("/api/accounts/{account}/pause", status=202),
    "POST /api/accounts/{id}/resume": Example("/api/accounts/{account}/resume", status=202),
    "GET /api/accounts/{id}/problems": Example("/api/accounts/{account}/problems"),
    "POST /api/calendar-feeds": Example("/api/calendar-feeds", status=201),
    "GET /api/calendar-feeds": Example("/api/calendar-feeds"),
    "GET /api/calendar-feeds/{id}": Example("/api/calendar-feeds/{feed}"),
    "DELETE /api/calendar-feeds/{id}": Example("/api/calendar-feeds/{feed}", status=204),
    # A secret is nobody's record: whoever asks gets the same answer.
    "GET /calendar/{token}.ics": Example("/calendar/of-nobody.ics", status=404),
    "POST /hooks/google/{channel}": Example("/hooks/google/of-nobody", status=404),
    "POST /hooks/microsoft": Example("/hooks/microsoft", {"value": []}, status=202),
    "GET /health/live": Example("/health/live"),
    "GET /health/ready": Example("/health/ready"),
    "GET /metrics": Example("/metrics"),
}
