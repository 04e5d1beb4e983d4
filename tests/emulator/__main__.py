# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m emulator``: serve until stopped."""

from __future__ import annotations

import argparse
import json
import os
import signal
import ssl
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .faces import Faces, read_faces
from .limits import DEFAULT_LIMITS
from .profile import load_profile
from .server import Emulator


def main() -> int:
    try:
        options = _arguments()
    except (OSError, TypeError, ValueError) as error:
        sys.exit(f"emulator: {error}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        try:
            emulator = stack.enter_context(_emulator(options))
        except (OSError, TypeError, ValueError) as error:
            sys.exit(f"emulator: {error}")
        ready = json.dumps({"url": emulator.url, "pid": os.getpid(), **emulator.env()})
        if options.ready_file:  # first: whoever reads the line may look for the file at once
            part = options.ready_file.with_suffix(".part")
            part.write_text(ready + "\n")
            part.replace(options.ready_file)
        print(ready, flush=True)
        stop.wait()
    return 0


def _emulator(options: argparse.Namespace) -> Emulator:
    tls = None
    if options.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    emulator = Emulator(
        port=options.port,
        tls=tls,
        users=options.users,
        pending=options.pending,
        seed=options.seed,
        odd=not options.plain,
        hostile=not options.everyday,
        account_id=options.account_id,
        lacking=set(options.lacking),
        limits=dict(options.limit),
        window=options.window,
        faces=_faces(options.faces),
    )
    emulator.account.allowed_domains |= set(options.allowed_domain)
    return emulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="RingCentral on loopback, with made-up users. Prints one line of JSON when it is ready.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--users", type=int, default=40, help="extensions in all")
    parser.add_argument("--pending", type=int, default=12, help="people among them who can be invited")
    parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same people")
    parser.add_argument("--plain", action="store_true", help="no odd cases and no hostile names")
    parser.add_argument("--everyday", action="store_true", help="odd cases, and no hostile names")
    parser.add_argument("--account-id", type=int, default=400131426008)
    several: dict[str, Any] = {"nargs": "*", "action": "extend", "default": []}
    parser.add_argument("--lacking", **several, metavar="PERMISSION", help="missing, such as EditExtensionInfo")
    parser.add_argument("--allowed-domain", **several, metavar="DOMAIN", help="other addresses are refused")
    parser.add_argument("--limit", **several, type=_limit, metavar="GROUP=N", help=f"instead of {DEFAULT_LIMITS}")
    parser.add_argument("--window", type=float, default=60, help="seconds over which limits count")
    parser.add_argument("--faces", type=Path, metavar="FILE", help='how unkind it is, as JSON: {"directory_lag": 90}')
    parser.add_argument("--profile", type=Path, metavar="FILE", help="an account as prove.yml met it, in proof.json")
    parser.add_argument("--ready-file", type=Path, help="gets the same line of JSON")
    parser.add_argument("--tls-cert", type=Path, help="serve https with this certificate")
    parser.add_argument("--tls-key", type=Path, help="the certificate's key, if it is in another file")
    known, _rest = parser.parse_known_args()
    if known.profile:  # what is given beside it wins
        profile = load_profile(known.profile)
        profile["limit"] = list(profile.pop("limits", {}).items())
        parser.set_defaults(**profile)
    options = parser.parse_args()
    if options.tls_key and not options.tls_cert:
        parser.error("--tls-key needs --tls-cert")
    return options


def _faces(given: Path | Faces | None) -> Faces | None:
    """From a file, or from a profile that was read already."""
    return read_faces(json.loads(given.read_text(encoding="utf-8"))) if isinstance(given, Path) else given


def _limit(text: str) -> tuple[str, int]:
    group, _equals, number = text.partition("=")
    if group.capitalize() not in DEFAULT_LIMITS or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not like heavy=5")
    return group.capitalize(), int(number)


if __name__ == "__main__":
    sys.exit(main())
