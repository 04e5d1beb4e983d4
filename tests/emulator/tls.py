# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An authority of the test's own, and a certificate of it for the emulator."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """``context`` is for ``Emulator(tls=…)``, the files are for ``ca_path``, ``--tls-cert`` and ``--tls-key``."""

    context: ssl.SSLContext
    ca: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path, *names: str) -> Certificates:
    """A certificate for 127.0.0.1 and localhost, or for other names, which a client should refuse."""
    authority = trustme.CA()
    issued = authority.issue_cert(*(names or ("127.0.0.1", "localhost")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    made = Certificates(context, folder / "ca.pem", folder / "certificate.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(str(made.ca))
    made.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(made.key))
    made.key.chmod(0o600)
    return made
