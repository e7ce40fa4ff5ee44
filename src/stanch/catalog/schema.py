"""The form of a provider file as a JSON schema, for editors that complete and check TOML by one."""

import ast
from pathlib import Path
from typing import Any

import msgspec

from stanch.catalog import model


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a provider file, with what `model` says of each table and key."""
    found = msgspec.json.schema(model.Provider)
    described = _descriptions(Path(model.__file__).read_text(encoding="utf-8"))
    inherited = {"Verify": "Call"}
    for name, table in found["$defs"].items():
        for key, value in table.get("properties", {}).items():
            text = described.get((name, key)) or described.get((inherited.get(name, ""), key))
            if text:
                value["description"] = text
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A provider of stanch", **found}


def _descriptions(source: str) -> dict[tuple[str, str], str]:
    """(class, key) -> what the text below that field says; a field's name in TOML is the key where it has one."""
    found = {}
    for table in ast.parse(source).body:
        if not isinstance(table, ast.ClassDef):
            continue
        for field, below in zip(table.body, table.body[1:], strict=False):
            if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
                continue
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                found[table.name, field.target.id] = " ".join(str(below.value.value).split())
    return found
