"""A playbook for machines."""

import msgspec

from stanch.respond.playbook.guide import Block, Guide, Item


def render(guide: Guide) -> dict[str, object]:
    """The catalog's facts by their names there, the finding, and every section as the other formats write it."""
    kind = guide.kind
    trails = {trail.id: trail for trail in guide.provider.trails}
    return {
        "id": kind.id,
        "provider": guide.provider.id,
        "name": kind.name,
        "severity": str(kind.severity),
        "family": kind.family,
        "summary": kind.summary,
        "uses": kind.uses,
        "advice": kind.advice,
        "risks": msgspec.to_builtins(kind.risks),
        "reach": msgspec.to_builtins(kind.reach),
        "verify": _whole(kind.verify),
        "trails": [_whole(trails[name]) for name in kind.trails],
        "logs": msgspec.to_builtins(kind.logs),
        "revoke": _whole(kind.revoke),
        "create": msgspec.to_builtins(kind.create),
        "consumers": msgspec.to_builtins(kind.consumers),
        "env": kind.env,
        "sdks": kind.sdks,
        "notes": msgspec.to_builtins(kind.notes),
        "finding": _whole(guide.case),
        "sections": [
            {"id": section.id, "title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in guide.sections
        ],
        "sources": guide.sources(),
    }


def _block(block: Block) -> dict[str, object]:
    return {"title": block.title, "style": block.style, "items": [_item(item) for item in block.items]}


def _item(item: Item) -> dict[str, object]:
    fields: dict[str, object] = {"text": item.text, "source": item.source}
    if item.rows:
        fields["rows"] = [{"label": label, "text": text} for label, text in item.rows]
    if item.tab != ("", ""):
        fields["language"], fields["store"] = item.tab
    return fields


def _whole(part: msgspec.Struct | None) -> dict[str, object] | None:
    """Every field of a part, those that have their default as well."""
    if part is None:
        return None
    return {name: msgspec.to_builtins(getattr(part, name)) for name in part.__struct_fields__}
