# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sbom.py <artifact> <seconds>: writes <artifact>.cdx.json, a CycloneDX bill of what the artifact has and needs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sys
import tarfile
import uuid
from pathlib import Path
from typing import Any

CHARTIST = "plugins/plugin_utils/_page_files/chartist.min.js"


def needed(artifact: tarfile.TarFile) -> list[dict[str, Any]]:
    """What the artifact's own files say that it needs: a range, for what is installed is the user's choice."""
    ranges = dict(re.findall(r"^([\w.-]+)([<>=!~].*)$", text(artifact, "requirements.txt"), re.MULTILINE))
    core = re.search(r'^requires_ansible: "(.+)"$', text(artifact, "meta/runtime.yml"), re.MULTILINE)
    ranges["ansible-core"] = core[1] if core else ""
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}",
            "name": name,
            "purl": f"pkg:pypi/{name}",
            "scope": "required",
            "properties": [{"name": "onboard.ringcentral:versions", "value": versions}],
        }
        for name, versions in sorted(ranges.items())
    ]


def bundled(artifact: tarfile.TarFile) -> dict[str, Any]:
    content = member(artifact, CHARTIST)
    version = re.search(r"Chartist ([\d.]+)", text(artifact, "plugins/plugin_utils/_page.py"))
    if version is None:
        raise SystemExit("_page.py does not say which version of Chartist it shows.")
    return {
        "type": "library",
        "bom-ref": f"pkg:npm/chartist@{version[1]}",
        "name": "chartist",
        "version": version[1],
        "purl": f"pkg:npm/chartist@{version[1]}",
        "licenses": [{"license": {"id": "MIT"}}],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
        "properties": [{"name": "onboard.ringcentral:file", "value": CHARTIST}],
    }


def member(artifact: tarfile.TarFile, name: str) -> bytes:
    opened = artifact.extractfile(name)
    if opened is None:
        raise SystemExit(f"The artifact has no file {name}.")
    return opened.read()


def text(artifact: tarfile.TarFile, name: str) -> str:
    return member(artifact, name).decode()


def bill(path: Path, seconds: int) -> dict[str, Any]:
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    with tarfile.open(path) as artifact:
        info = json.loads(text(artifact, "MANIFEST.json"))["collection_info"]
        parts = [bundled(artifact), *needed(artifact)]
    name, reference = f"{info['namespace']}.{info['name']}", f"{info['namespace']}.{info['name']}@{info['version']}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, checksum)}",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.fromtimestamp(seconds, dt.timezone.utc).isoformat(),
            "component": {
                "type": "library",
                "bom-ref": reference,
                "name": name,
                "version": info["version"],
                "description": info["description"],
                "licenses": [{"license": {"id": licence}} for licence in info["license"]],
                "hashes": [{"alg": "SHA-256", "content": checksum}],
            },
        },
        "components": parts,
        "dependencies": [
            {"ref": reference, "dependsOn": [part["bom-ref"] for part in parts]},
            *({"ref": part["bom-ref"]} for part in parts),
        ],
    }


def main(path: str, seconds: str) -> None:
    content = json.dumps(bill(Path(path), int(seconds)), indent=2, ensure_ascii=False)
    Path(f"{path}.cdx.json").write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
