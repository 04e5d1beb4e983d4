# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom credential types: what AWX 24 takes for one, and what it puts into a job's environment.

AWX fills the templates in with Jinja's immutable sandbox. Their names are the fields of the credential, and ``tower``
for files; a field that is empty has no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .store import Record, Refused

_KEYS: dict[str, type | tuple[type, ...]] = {
    "type": str,
    "format": str,
    "choices": list,
    "id": str,
    "label": str,
    "help_text": str,
    "multiline": bool,
    "secret": bool,
    "ask_at_runtime": bool,
    "default": (str, bool),
}
_RESERVED = {
    "VIRTUAL_ENV",
    "PATH",
    "PYTHONPATH",
    "JOB_ID",
    "INVENTORY_ID",
    "REST_API_URL",
    "REST_API_TOKEN",
    "AWX_HOST",
}
_FORMATS = {"url", "ssh_private_key"}


def check(record: Record) -> None:
    """Refuse a type of which AWX would make no credentials."""
    if record["kind"] not in {"cloud", "net"}:
        raise Refused(400, kind=[f"Must be 'cloud' or 'net', not {record['kind']}"])
    fields = _check_inputs(record["inputs"])
    injectors = record["injectors"]
    if strange := set(injectors) - {"env", "file", "extra_vars"}:
        raise Refused(400, injectors=[f"Additional properties are not allowed ({', '.join(sorted(strange))})"])
    for name in injectors.get("env", {}):
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name):
            raise Refused(400, injectors=[f"{name} is no name of an environment variable"])
        if name.startswith("ANSIBLE_") or name in _RESERVED:
            raise Refused(400, injectors=[f"Environment variable {name} is not allowed to be used in credentials."])
    example = {**dict.fromkeys(fields, "EXAMPLE"), "tower": _files(injectors, lambda _label: "EXAMPLE_FILENAME")}
    for key, template in _templates(injectors):
        try:
            ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined).from_string(template).render(example)
        except jinja2.UndefinedError as error:
            raise Refused(400, injectors=[f"{key} uses an undefined field ({error})"]) from error
        except jinja2.TemplateError as error:
            raise Refused(400, injectors=[f"Syntax error rendering template for {key} ({error})"]) from error


def _check_inputs(inputs: Record) -> list[str]:
    names: list[str] = []
    for field in inputs.get("fields", []):
        if wrong := [key for key, value in field.items() if not isinstance(value, _KEYS.get(key, ()))]:
            raise Refused(400, inputs=[f"Additional properties are not allowed ({', '.join(wrong)})"])
        if field.get("secret") and field.get("type", "string") != "string":
            raise Refused(400, inputs=["secret must be False for a field that is no string"])
        if field.get("format", "url") not in _FORMATS:
            raise Refused(400, inputs=[f"{field['format']!r} is not one of {sorted(_FORMATS)}"])
        if field.get("ask_at_runtime"):
            raise Refused(400, inputs=["'ask_at_runtime' is not supported for custom credentials."])
        name = field.get("id", "")
        if (
            not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name)
            or name == "tower"
            or name in names
            or "label" not in field
        ):
            raise Refused(400, inputs=[f"{name} is no id of a field, or there twice, or without a label"])
        names.append(name)
        field.setdefault("type", "string")
    return names


def secrets(credential_type: Record) -> set[str]:
    return {field["id"] for field in credential_type["inputs"].get("fields", []) if field.get("secret")}


def environment(credential_type: Record, inputs: Record, folder: Path) -> dict[str, str]:
    """What a job with this credential finds in its environment."""
    names = {name: value for name, value in inputs.items() if value}
    sandbox = ImmutableSandboxedEnvironment()
    injectors = credential_type["injectors"]

    def written(label: str) -> str:
        path = folder / label
        path.write_text(sandbox.from_string(injectors["file"][label]).render(names), encoding="utf-8")
        return str(path)

    names["tower"] = _files(injectors, written)
    return {name: sandbox.from_string(text).render(names) for name, text in injectors.get("env", {}).items()}


def _files(injectors: Record, path: Any) -> SimpleNamespace:
    """``tower.filename`` for the file ``template``, ``tower.filename.x`` for ``template.x``."""
    labels = injectors.get("file", {})
    if "template" in labels:
        if len(labels) > 1:
            raise Refused(400, injectors=["Must use multi-file syntax when injecting multiple files"])
        return SimpleNamespace(filename=path("template"))
    if labels:
        return SimpleNamespace(filename=SimpleNamespace(**{label.split(".", 1)[1]: path(label) for label in labels}))
    return SimpleNamespace()


def _templates(injectors: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for entries in injectors.values():
        yield from entries.items()
