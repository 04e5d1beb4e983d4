# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Posts to webhooks and uploads of the report, through real web servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_posts import KINDS
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Refused
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_variables import spec_of, validated
from unit.plugins.plugin_utils.hosts import Host, invited, row
from unit.plugins.plugin_utils.telling import states, told, warnings
from webhook_server import TOKEN, WebServer

HELD = row(2, decision="hold", reason="no_email", outcome=None, name="[win](https://evil.test) <!here> {{ x }} `c`")
LINK = "https://awx.example.com/#/jobs/7"


def post(host: Host, kind: str, **settings: Any) -> Any:
    """The document that a webhook of this kind gets."""
    host.answer = invited(row(1), HELD)
    with WebServer() as web:
        result = told(host, {"webhooks": [web.hook(kind=kind)], "link": LINK, **settings})
    (got,) = web.got
    assert (got.method, got.headers["Content-Type"]) == ("POST", "application/json")
    assert got.path == f"/hooks/{TOKEN}?sig={TOKEN}%2Fa%2Bb"
    assert not {"Authorization", "Cookie"} & set(got.headers)
    assert states(result) == [("webhook", kind, "sent")]
    assert TOKEN not in str(result)
    return got.document


def test_ringcentral_gets_an_adaptive_card_with_a_fallback(host: Host) -> None:
    (card,) = post(host, "ringcentral")["attachments"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.3")
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": LINK}]
    ((container),) = card["body"]
    title, facts = container["items"]
    assert title["text"] == "RingCentral invitations, acme/europe: 2 considered, 1 invited, 1 held, 0 failed"
    assert {fact["title"]: fact["value"] for fact in facts["facts"]} == {
        "considered": "2",
        "invited": "1",
        "held": "1",
        "failed": "0",
    }
    assert card["fallbackText"].startswith(title["text"])


def test_teams_gets_the_same_card_in_a_message(host: Host) -> None:
    message = post(host, "teams")
    (attachment,) = message["attachments"]
    assert message["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"


def test_slack_gets_plain_text(host: Host) -> None:
    message = post(host, "slack", names=True)
    ((block),) = message["blocks"]
    assert block["text"]["type"] == "plain_text"
    assert "       1  held" in block["text"]["text"]
    assert "<!here>" in block["text"]["text"]  # plain text pings no one
    assert "<" not in message["text"]


def test_any_other_webhook_gets_the_facts(host: Host) -> None:
    document = post(host, "json")
    assert document == {
        "title": "RingCentral invitations, acme/europe: 2 considered, 1 invited, 1 held, 0 failed",
        "text": document["text"],
        "host": "acme/europe",
        "entry_point": "main",
        "happened": ["held", "mailed"],
        "counts": {"considered": 2, "invited": 1, "held": 1, "failed": 0},
        "failure": "",
        "people": [],
        "link": LINK,
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_names_are_posted_only_where_asked(host: Host, kind: str) -> None:
    assert "evil.test" not in str(post(host, kind))
    assert "evil.test" in str(post(host, kind, names=True))


@pytest.mark.parametrize("kind", ["ringcentral", "teams"])
def test_a_name_is_no_markdown_in_a_card(host: Host, kind: str) -> None:
    (attachment,) = post(host, kind, names=True)["attachments"]
    card = attachment.get("content", attachment)
    said = card["fallbackText"] + card["body"][0]["items"][-1]["text"]
    assert "(win)(https://evil.test) (!here) (( x )) 'c'" in said
    assert not set(said) & set("[]<>{}`*")


@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_the_report_is_put_where_it_stays(host: Host, folder: Path, form: str) -> None:
    with WebServer(folder=folder) as web:
        result = told(host, {"uploads": [web.hook(format=form)]})
    (got,) = web.got
    report = folder / f"reinvite-reports/acme%2Feurope.{form}"
    assert (got.method, got.body) == ("PUT", report.read_bytes())
    assert got.path == f"/hooks/{TOKEN}?sig={TOKEN}%2Fa%2Bb"  # a signature would not hold for another spelling
    assert got.headers["Content-Length"] == str(len(got.body))
    assert "Transfer-Encoding" not in got.headers
    assert states(result) == [("upload", form, "sent")]


@pytest.mark.parametrize(
    ("web", "said"),
    [
        (WebServer(500), "answered 500"),
        (WebServer(404, TOKEN.encode()), "answered 404"),
        (WebServer(429), "answered 429"),
        (WebServer(302), "redirects, which is not followed; give the final URL"),
        (WebServer(307), "redirects, which is not followed; give the final URL"),
        (WebServer(trouble="silent"), "did not answer within 0.3 s"),
        (WebServer(trouble="dripping"), "did not answer within 0.3 s"),
        (WebServer(trouble="endless"), "answered 200 with a body that does not end"),
        (WebServer(trouble="endless", status=500), "answered 500 with a body that does not end"),
    ],
)
def test_what_a_server_does_badly_is_told_and_fails_no_run(host: Host, web: WebServer, said: str) -> None:
    with web:
        notify = {"webhooks": [web.hook(kind="slack")], "uploads": [web.hook()], "timeout": 0.3}
        result = told(host, notify)
    assert [one.method for one in web.got] == ["POST", "PUT"]  # once each, and nowhere else
    assert states(result) == [("webhook", "slack", "failed"), ("upload", "html", "failed")]
    assert [line.partition(": ")[2] for line in warnings(result)] == [f"{web.host} {said}"] * 2
    assert result["failure"] == ""
    assert TOKEN not in str(result)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ca_path": None}, "has a certificate that is not trusted"),
        ({"ca_path": "missing.pem"}, "was not asked, since ca_path cannot be read"),
        ({"url": f"http://127.0.0.1:1/{TOKEN}"}, "cannot be reached"),
        ({"url": f"https://127.0.0.1:1/{TOKEN}"}, "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_asked_is_told(host: Host, folder: Path, changes: dict[str, Any], said: str) -> None:
    with WebServer(folder=folder) as web:
        result = told(host, {"webhooks": [web.hook(kind="teams", **changes)]})
    assert web.got == []
    (warning,) = warnings(result)
    assert said in warning
    assert TOKEN not in str(result)


def test_ringcentral_can_refuse_a_post_with_status_200(host: Host) -> None:
    with WebServer(answer=b'{"status": "error", "message": "Webhook not found!"}') as web:
        result = told(host, {"webhooks": [web.hook(kind="ringcentral"), web.hook(kind="json")]})
    assert states(result) == [("webhook", "ringcentral", "failed"), ("webhook", "json", "sent")]


def test_a_hook_that_fails_does_not_keep_the_others_from_theirs(host: Host) -> None:
    with WebServer(500) as bad, WebServer() as good:
        result = told(host, {"webhooks": [bad.hook(kind="slack"), good.hook(kind="teams")], "uploads": [good.hook()]})
    assert [one.method for one in good.got] == ["POST", "PUT"]
    assert [state for _by, _to, state in states(result)] == ["failed", "sent", "sent"]


def test_check_mode_posts_and_puts_nothing(host: Host) -> None:
    host.answer = invited(row(1, outcome="would_invite"))
    with WebServer() as web:
        result = told(host, {"webhooks": [web.hook(kind="slack")], "uploads": [web.hook()]}, check_mode=True)
    assert web.got == []
    assert states(result) == [("webhook", "slack", "would_send"), ("upload", "html", "would_send")]
    assert TOKEN not in str(result)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"http://hooks.example.com/{TOKEN}", "must begin with https://"),
        (f"ftp://127.0.0.1/{TOKEN}", "must be a URL that begins with https://"),
        (f"hooks.example.com/{TOKEN}", "must be a URL that begins with https://"),
        (f"https://user:{TOKEN}@hooks.example.com/", "has a user name or password in it"),
        (f"https://hooks.example.com/{TOKEN}\r\nX: y", "has blanks, line breaks"),
        (f"https://hooks.example.com:port/{TOKEN}", "the host or port cannot be read"),
        ("", "must be a URL that begins with https://"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_and_not_repeated(host: Host, url: str, said: str) -> None:
    for notify in ({"webhooks": [{"kind": "slack", "url": url}]}, {"uploads": [{"url": url}]}):
        with pytest.raises(Refused) as caught:
            told(host, notify)
        assert said in str(caught.value)
        assert TOKEN not in str(caught.value)
    assert host.asked == []


def test_an_upload_of_a_report_that_is_not_written_is_refused(host: Host) -> None:
    for variables in ({"reinvite_report_formats": ["json"]}, {"reinvite_report_dir": ""}):
        with pytest.raises(Refused, match=r"^reinvite_notify\.uploads\.1: no report is written as html"):
            told(host, {"uploads": [{"url": "https://files.example.com/x"}]}, **variables)


WRONG_PLACE = f"https://hooks.example.com/x?api-version=1&sp=a,b&sig={TOKEN}"


@pytest.mark.parametrize(
    "notify",
    [
        WRONG_PLACE,
        {"webhooks": WRONG_PLACE},
        {"webhooks": [WRONG_PLACE]},
        {"webhooks": [{"kind": WRONG_PLACE, "url": WRONG_PLACE}]},
        {"webhooks": [{"kind": "slack", "url": WRONG_PLACE, WRONG_PLACE: 1}]},
        {"uploads": [{"format": WRONG_PLACE, "url": WRONG_PLACE}]},
        {"mail": WRONG_PLACE},
        {"timeout": WRONG_PLACE},
        {"when": [WRONG_PLACE]},
    ],
)
def test_a_secret_in_a_wrong_place_is_not_repeated(notify: Any) -> None:
    _variables, errors, _secrets = validated(spec_of("main"), {"reinvite_notify": notify})
    assert errors
    assert TOKEN not in str(errors)
    assert "hooks.example.com" not in str(errors)


def test_a_misspelled_suboption_is_named() -> None:
    _variables, (error,), _secrets = validated(spec_of("main"), {"reinvite_notify": {"webhoks": []}})
    assert error.startswith("reinvite_notify.webhoks. Supported parameters include: ")
