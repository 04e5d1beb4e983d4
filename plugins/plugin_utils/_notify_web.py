# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to a webhook or to where a report is kept. No redirects, no netrc, and an end to every wait.

The URL is a secret, and the libraries' errors repeat it, so all errors are in our own words.
"""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from ansible_collections.onboard.ringcentral.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.onboard.ringcentral.plugins.module_utils._sockets import Adapter, Watch
from ansible_collections.onboard.ringcentral.plugins.plugin_utils._notify_options import Hook

if REQUESTS_IMPORT_ERROR is None:
    import requests

MOST_BYTES = 64 * 1024
"""Of an answer."""


class WebError(Exception):
    """Why a request did not succeed, without its URL."""


def deliver(hook: Hook, method: str, body: bytes, content_type: str) -> bytes:
    """Send the body once. Returns the answer's body; WebError unless the status is 2xx."""
    if REQUESTS_IMPORT_ERROR is not None:
        raise WebError("needs the Python package requests where ansible-playbook runs")
    watch = Watch()
    timer = threading.Timer(hook.timeout, watch.end)
    timer.daemon = True
    timer.start()
    try:
        answer = _exchange(hook, method, body, content_type, watch)
    except WebError:
        raise
    except Exception as error:  # noqa: BLE001
        raise WebError(f"{_host(hook)} {_why(error, watch, hook)}") from None
    finally:
        timer.cancel()
    if watch.is_over:  # what looks like the end of the answer may be the end of our patience
        raise WebError(f"{_host(hook)} {_why(TimeoutError(), watch, hook)}")
    return answer


def _exchange(hook: Hook, method: str, body: bytes, content_type: str, watch: Watch) -> bytes:
    with requests.Session() as session:
        session.mount("https://", Adapter(watch))
        session.mount("http://", Adapter(watch))
        with session.request(
            method,
            hook.url,
            data=body,
            headers={"Content-Type": content_type, "Accept-Encoding": "identity", "User-Agent": "onboard.ringcentral"},
            auth=lambda prepared: prepared,  # left to itself, requests would take a login from ~/.netrc
            timeout=hook.timeout,
            verify=hook.ca_path or True,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.is_redirect:
                raise WebError(f"{_host(hook)} redirects, which is not followed; give the final URL")
            content = b""
            for chunk in answer.iter_content(4096):
                content += chunk
                if len(content) > MOST_BYTES:
                    raise WebError(f"{_host(hook)} answered {answer.status_code} with a body that does not end")
            if not 200 <= answer.status_code < 300:
                raise WebError(f"{_host(hook)} answered {answer.status_code}")
            return content


def _host(hook: Hook) -> str:
    parts = urlsplit(hook.url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _why(error: Exception, watch: Watch, hook: Hook) -> str:
    if watch.is_over or isinstance(error, (TimeoutError, requests.exceptions.Timeout)):
        return f"did not answer within {hook.timeout:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "has a certificate that is not trusted, or no TLS; set ca_path for a private CA"
    if error.__class__ is OSError:  # requests' own complaint
        return "was not asked, since ca_path cannot be read"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "cannot be reached, or broke off"
    return f"could not be asked ({type(error).__name__})"
