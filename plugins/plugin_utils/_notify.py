# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes to people about a run, after its report was written. Whatever goes wrong here is told, and fails no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.onboard.ringcentral.plugins.module_utils._errors import InvalidOption
from ansible_collections.onboard.ringcentral.plugins.module_utils._times import utc_now
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_options import (
    Hook,
    Mail,
    Settings,
    read_settings,
)
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_words import Word, text_of, word_of
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._role_task import Result, Task

Sent = dict[str, Any]
"""One mail or post: ``by``, ``to``, ``state`` (sent, would_send or failed) and ``message``."""


class Notifier:
    """Knows to whom to write about the run of an entry point. Refused if reinvite_notify makes no sense.

    ``accounts`` is their number in this play.
    """

    def __init__(self, entry_point: str, task: Task, accounts: int = 1, now: Callable[[], datetime] = utc_now) -> None:
        self._entry_point, self._task, self._accounts, self._now = entry_point, task, accounts, now
        self._settings = read_settings(task)

    def about(self, result: Result) -> Result:
        """Write about the result. Returns it with ``notified``, and with lines about that in its table."""
        settings = self._settings
        if settings is None:
            return result
        notified: list[Sent] = []
        for write in (self._notified, self._readers_told):
            try:
                for one in write(settings, result):
                    notified.append(one)  # noqa: PERF402  # what was sent before an error stays known
            except InvalidOption as error:
                notified.append(_sent("notify", "", "failed", str(error)))
            except Exception as error:  # noqa: BLE001  # users may have been mailed, so that the result has to be kept
                why = f"unexpected {type(error).__name__}, a bug in this collection; please report it"
                notified.append(_sent("notify", "", "failed", why))
        return _shown(result, notified)

    def _is_turn(self, settings: Settings) -> bool:
        """Whether to write now: about each account, or about all of them in the summary that follows."""
        at_the_end = settings.estate and self._accounts > 1
        return self._entry_point not in _SUMMED_UP or at_the_end == (self._entry_point == "summary")

    def _notified(self, settings: Settings, result: Result) -> Iterator[Sent]:
        """To administrators, about the whole run."""
        word = word_of(self._entry_point, self._task.host, result, names=settings.names, link=settings.link)
        if not self._is_turn(settings) or not word.happened & settings.when:
            return
        if settings.mail and settings.mail.to:
            yield from self._mailed(settings.mail, word)
        for hook in settings.webhooks:
            yield self._posted(hook, word)
        for hook in settings.uploads:
            yield self._uploaded(hook, word)

    def _posted(self, hook: Hook, word: Word) -> Sent:
        """One post to a webhook."""
        if self._task.check_mode:
            return _sent("webhook", hook.kind, "would_send", word.title)
        from ansible_collections.onboard.ringcentral.plugins.plugin_utils import (  # noqa: PLC0415
            _notify_posts,
            _notify_web,
        )

        try:
            answer = _notify_web.deliver(hook, "POST", _notify_posts.body_of(hook.kind, word), "application/json")
        except _notify_web.WebError as error:
            return _sent("webhook", hook.kind, "failed", str(error))
        if _notify_posts.refusal_in(hook.kind, answer):
            return _sent("webhook", hook.kind, "failed", "RingCentral refused the post; check that the webhook exists")
        return _sent("webhook", hook.kind, "sent", word.title)

    def _uploaded(self, hook: Hook, word: Word) -> Sent:
        """The report of the run, put where it stays."""
        if self._task.check_mode:
            return _sent("upload", hook.kind, "would_send", word.title)
        from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_web  # noqa: PLC0415

        reports = self._written(hook.kind)
        if not reports:
            return _sent("upload", hook.kind, "failed", "no report was written")
        try:
            _notify_web.deliver(hook, "PUT", reports[0].read_bytes(), _CONTENT_TYPES[hook.kind])
        except (_notify_web.WebError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            return _sent("upload", hook.kind, "failed", str(why))
        return _sent("upload", hook.kind, "sent", reports[0].name)

    def _mailed(self, mail: Mail, word: Word) -> Iterator[Sent]:
        """One mail to all administrators."""
        shown = ", ".join(mail.to)
        if self._task.check_mode:
            yield _sent("mail", shown, "would_send", word.title)
            return
        # here, since most runs write no mail
        from ansible_collections.onboard.ringcentral.plugins.plugin_utils import _notify_mail  # noqa: PLC0415

        files, missed = _notify_mail.read_files(path for ending in mail.attach for path in self._written(ending))
        message = _notify_mail.letter(
            sender=mail.sender,
            to=mail.to,
            subject=word.title,
            text=text_of(word, *missed),
            now=self._now(),
            files=files,
        )
        try:
            with _notify_mail.Postman(mail) as postman:
                refused = postman.send(message, mail.to)
        except _notify_mail.MailError as error:
            yield _sent("mail", shown, "failed", str(error))
            return
        if taken := ", ".join(one for one in mail.to if one not in refused):
            yield _sent("mail", taken, "sent", "; ".join([word.title, *missed]))
        for address in refused:
            yield _sent("mail", address, "failed", "the mail server refused this address")

    def _readers_told(self, settings: Settings, result: Result) -> Iterator[Sent]:
        """To owners and managers, about their people."""
        mail = settings.mail
        if not mail or not (mail.owners or mail.managers) or not result.get("results"):
            return
        from ansible_collections.onboard.ringcentral.plugins.plugin_utils import (  # noqa: PLC0415
            _notify_people,
            _notify_round,
        )

        rules = _notify_round.rules_of(self._task.variables)
        readers, problems = _notify_people.readers_of(
            result, rules, settings.when, owners=mail.owners, managers=mail.managers
        )
        for named, why in problems:
            yield _sent("mail", named, "failed", why)
        if self._task.check_mode:
            for one in readers:
                yield _sent("mail", one.address, "would_send", one.subject)
            return
        for told in _notify_round.deliver(mail, readers, self._now()):
            yield _sent("mail", *told)

    def _written(self, ending: str) -> list[Path]:
        """The report of the whole run in this format, which is written after those of its parts."""
        return [path for path in self._task.written if path.suffix == f".{ending}"][-1:]


_CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}
_SUMMED_UP = {"main", "account", "summary"}


def _sent(by: str, to: str, state: str, message: str) -> Sent:
    return {"by": by, "to": to, "state": state, "message": message}


_LINES = 20
_STATES = {"sent": "sent to", "would_send": "would be sent to"}


def _shown(result: Result, notified: list[Sent]) -> Result:
    problems = [
        f"{' to '.join(filter(None, (one['by'], one['to'])))} was not sent: {one['message']}"
        for one in notified
        if one["state"] == "failed"
    ]
    lines = [
        f"NOTIFIED {one['by']} {_STATES[one['state']]} {one['to']}: {one['message']}"
        for one in notified
        if one["state"] in _STATES
    ]
    more = [f"NOTIFIED {len(lines) - _LINES} more, see notified"] if len(lines) > _LINES + 1 else []
    lines = [*lines[:_LINES], *more] if more else lines
    return {
        **result,
        "notified": notified,
        "notices": [*result.get("notices", ()), *problems],
        "table": [*(f"WARNING {problem}" for problem in problems), *result["table"], *lines],
    }
