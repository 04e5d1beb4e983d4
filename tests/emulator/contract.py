# SPDX-FileCopyrightText: onboard.ringcentral contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request and every answer is held against an OpenAPI description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import jsonschema_rs
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

CONTRACT = Path(__file__).parents[1] / "contract" / "ringcentral.yml"


class _Request:
    """A request in the form that openapi-core asks for."""

    def __init__(
        self, method: str, path: str, query: Iterable[tuple[str, str]], content_type: str, body: bytes
    ) -> None:
        self.host_url = "http://localhost"
        self.path = path
        self.method = method.lower()
        self.content_type = content_type
        self.body = body
        self.parameters = RequestParameters(query=ImmutableMultiDict(query), header=Headers())


class Contract:
    """One OpenAPI description. Requests are judged by openapi-core; the bodies of answers, which can hold a
    thousand records, by schemas that are compiled once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._openapi = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))
        self._validators: dict[tuple[str, str, str], Any] = {}
        self._judge = lru_cache(maxsize=1000)(self._judge_request)

    def violation_of_request(
        self, method: str, path: str, query: Iterable[tuple[str, str]], content_type: str, body: bytes
    ) -> str | None:
        """Why the request is not valid, or None. Remembered, since tests ask the same things again and again."""
        return self._judge(method, path, tuple(query), content_type, body)

    def _judge_request(
        self, method: str, path: str, query: tuple[tuple[str, str], ...], content_type: str, body: bytes
    ) -> str | None:
        try:
            body.decode()
            self._openapi.validate_request(_Request(method, path, query, content_type, body))
            if content_type == "application/json" and body:
                json.dumps(json.loads(body), ensure_ascii=False).encode()  # an escaped half of a pair is no text
        except OpenAPIError as error:
            return f"{error}: {error.__cause__}" if error.__cause__ else str(error)
        except UnicodeError:
            return "the body is not text in UTF-8"
        return None

    def violation_of_form(self, template: str, body: bytes) -> str | None:
        """Why the form that is posted is not valid, or None. (openapi-core cannot read forms of several shapes.)"""
        request = self._resolve(self.document["paths"][template]["post"]["requestBody"])
        schema = request["content"]["application/x-www-form-urlencoded"]["schema"]
        return self._objection(("form", template, ""), schema, dict(parse_qsl(body.decode())))

    def violation_of_answer(self, method: str, template: str, status: int, body: Any) -> str | None:
        """Why the JSON answer is not valid, or None."""
        responses = self.document["paths"][template][method.lower()]["responses"]
        response = self._resolve(responses.get(str(status)) or responses.get("default") or {})
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return None if body is None else f"{method} {template} has no body with status {status}"
        return self._objection((method, template, str(status)), schema, body)

    def _objection(self, key: tuple[str, str, str], schema: dict[str, Any], body: Any) -> str | None:
        if key not in self._validators:
            # beside a $ref other keywords are ignored in older drafts; formats are documentation
            rooted = {"allOf": [schema], "$schema": "http://json-schema.org/draft-07/schema#"}
            document = {"components": self.document["components"], **rooted}
            self._validators[key] = jsonschema_rs.validator_for(document, validate_formats=False)
        error = next(iter(self._validators[key].iter_errors(body)), None)
        return f"{error.message} at {list(error.instance_path)}" if error else None

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


@lru_cache(maxsize=1)
def own() -> Contract:
    """The project's own contract."""
    return load(CONTRACT)


def load(path: Path) -> Contract:
    """An OpenAPI description; of a larger one only the paths that our own contract has."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    ours = yaml.load(CONTRACT.read_text(encoding="utf-8"), Loader=_Loader)["paths"]
    here = [{"url": "/"}]  # a description names the servers that it is about, not the one that is tested
    return Contract(
        {**document, "servers": here, "paths": {key: value for key, value in document["paths"].items() if key in ours}}
    )


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """OpenAPI is YAML 1.2, where Off and No are words."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Any]]]] = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in {"bool", "timestamp"}]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def violations(contract: Contract, traffic: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a description objects to in recorded traffic (entries of the emulator's log, with bodies)."""
    found = []
    for entry in traffic:
        if entry["operation"] is None or entry["fault"] is not None:
            continue
        name = f"request {entry['number']}, {entry['method']} {entry['path']}"
        template = entry["template"]
        objection = (
            contract.violation_of_form(template, entry["raw_body"])
            if entry["group"] == "Auth"
            else contract.violation_of_request(
                entry["method"], entry["path"], entry["query"], entry["content_type"], entry["raw_body"]
            )
        )
        if objection:
            found.append(f"{name}: {objection}")
        answer = entry["answer"] if entry["status"] == 200 else None
        if answer and (objection := contract.violation_of_answer(entry["method"], template, 200, answer)):
            found.append(f"{name}, its answer: {objection}")
    return found
