# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pack.py <artifact> <seconds>: packs what `ansible-galaxy collection build` wrote again, so that only content counts.

The order in which a file system lists its files, their owners, modes and times, and the moment of the build differ from
machine to machine. Here they are sorted, root's, 0644 or 0755, and of <seconds> since 1970: the commit's time.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

FIRST = ("MANIFEST.json", "FILES.json")


def read(artifact: Path) -> dict[str, tuple[bool, bytes]]:
    """Each file's name, whether it can be executed, and its content. Folders are None in FILES.json's terms."""
    with tarfile.open(artifact) as tar:
        return {
            member.name: (bool(member.mode & 0o100), opened.read() if (opened := tar.extractfile(member)) else b"")
            for member in tar
            if member.isfile()
        }


def as_json(content: object) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False).encode()


def sort_lists(files: dict[str, tuple[bool, bytes]]) -> None:
    """Sort FILES.json, and tell MANIFEST.json its checksum."""
    listed = json.loads(files["FILES.json"][1])
    listed["files"].sort(key=lambda entry: entry["name"])
    files["FILES.json"] = (False, as_json(listed))
    manifest = json.loads(files["MANIFEST.json"][1])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files["FILES.json"][1]).hexdigest()
    files["MANIFEST.json"] = (False, as_json(manifest))


def entry(name: str, seconds: int, *, folder: bool, executable: bool) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    info.mode = 0o755 if folder or executable else 0o644
    info.mtime = seconds
    return info


def pack(files: dict[str, tuple[bool, bytes]], seconds: int) -> bytes:
    folders = {str(parent): None for name in files for parent in Path(name).parents if str(parent) != "."}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in (*FIRST, *sorted({*files, *folders} - {*FIRST})):
            executable, content = files.get(name, (False, b""))
            info = entry(name, seconds, folder=name in folders, executable=executable)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    zipped = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=zipped, mode="wb", compresslevel=9, mtime=seconds) as stream:
        stream.write(packed.getvalue())
    return zipped.getvalue()


def main(path: str, seconds: str) -> None:
    artifact = Path(path)
    files = read(artifact)
    sort_lists(files)
    artifact.write_bytes(pack(files, int(seconds)))
    print(f"{hashlib.sha256(artifact.read_bytes()).hexdigest()}  {artifact.name}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
