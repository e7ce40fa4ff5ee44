"""Terraform: a sensitive variable, or a data source of the secret manager.

Sources: https://developer.hashicorp.com/terraform/language/values/variables and the documentation of the providers
hashicorp/aws, hashicorp/vault and cyberark/conjur.
"""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Hole, Refused
from stanch.respond.fix.project import Project
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above

if TYPE_CHECKING:
    from tree_sitter import Node

_PREFIX = "TF_VAR_"
_DATA = {
    "aws": (
        "data.aws_secretsmanager_secret_version.{0}.secret_string",
        'data "aws_secretsmanager_secret_version" "{0}" {{\n  secret_id = "{1}"\n}}\n',
    ),
    "vault": (
        'data.vault_kv_secret_v2.{0}.data["value"]',
        'data "vault_kv_secret_v2" "{0}" {{\n  mount = "secret"\n  name  = "{1}"\n}}\n',
    ),
    "conjur": ("data.conjur_secret.{0}.value", 'data "conjur_secret" "{0}" {{\n  name = "{1}"\n}}\n'),
}


class Terraform(Language):
    """`.tf` files."""

    grammar = "hcl"
    strings = frozenset({"string_lit", "quoted_template", "heredoc_template"})
    interpolations = frozenset({"template_interpolation", "template_directive"})

    def rewrite(self, source: Source, project: Project, store: str, holes: list[Hole]) -> list[tuple[Work, str]]:
        """As every language; Terraform's own names for variables of the environment begin with TF_VAR_."""
        done = super().rewrite(source, project, store, holes)
        for work, reason in done:
            if work.values and not reason and store == "env":
                work.holes = [
                    one if one.name.startswith(_PREFIX) else one._replace(name=_PREFIX + one.name.lower())
                    for one in work.holes
                ]
                work.change.names = {hole.name for hole in work.holes}
        return done

    def literal(self, source: Source, node: "Node") -> Literal:
        """All kinds interpolate."""
        if node.type == "heredoc_template":
            return Literal(node, "", "", raw=True, interpolates=True)
        return Literal(node, '"', '"', interpolates=True)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`var.name`, or the data source's value; what is not declared yet is, in `variables.tf`."""
        own = name.lower()
        if work.store != "env":
            value, declaration = _DATA[work.store]
            _declare(work, declaration.format(own, name), f'data "{value.split(".")[1]}" "{own}"', "secrets.tf")
            return value.format(own)
        text = f'variable "{own}" {{\n  type      = string\n  sensitive = true\n}}\n'
        _declare(work, text, f'variable "{own}"', "variables.tf")
        return f"var.{own}"

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """`${var.name}`."""
        return "${" + self.lookup(work, name, '"') + "}"

    def prepare(self, work: Work, literal: Literal) -> None:
        """Where no expression can stand."""
        source = work.source
        kinds = [source.of(node.named_children[0]) for node in above(literal.node) if node.type == "block"]
        attribute = next((node for node in above(literal.node) if node.type == "attribute"), None)
        name = source.of(attribute.named_children[0]) if attribute is not None else ""
        if attribute is None:
            raise Refused("a label of a block takes no expression")
        if "backend" in kinds or kinds[-1:] == ["terraform"]:
            raise Refused("a backend takes no variables: give the value with -backend-config or in the environment")
        if kinds[:1] == ["module"] and name in ("source", "version"):
            raise Refused(f"{name} of a module takes no expression")

    def whole(self, work: Work, literal: Literal) -> None:
        """The default of a variable goes, and the variable is sensitive; elsewhere the lookup comes in."""
        source = work.source
        attribute = next(node for node in above(literal.node) if node.type == "attribute")
        block = next((node for node in above(attribute) if node.type == "block"), None)
        if block is None or source.of(block.named_children[0]) != "variable":
            super().whole(work, literal)
            return
        if source.of(attribute.named_children[0]) != "default":
            raise Refused("only the default of a variable can go")
        name = source.of(block.named_children[1]).strip('"')
        sensitive = re.search(r"\bsensitive\s*=", source.of(block))
        if sensitive:
            work.edit(source.line(attribute.start_byte), source.next_line(attribute.end_byte), "")
        else:
            work.edit(attribute.start_byte, attribute.end_byte, "sensitive = true")
        work.name(f"{_PREFIX}{name}")


class TerraformValues(Terraform):
    """`.tfvars` files: Terraform takes the same variables from its environment."""

    def prepare(self, work: Work, literal: Literal) -> None:
        """Only whole values of variables."""
        attribute = next((node for node in above(literal.node) if node.type == "attribute"), None)
        nested = {node.type for node in above(literal.node)} & {"object", "tuple", "block"}
        if attribute is None or nested or not literal.filled_by(work.holes):
            raise Refused("a value that is only partly secret: give the whole of it as TF_VAR_NAME")

    def whole(self, work: Work, literal: Literal) -> None:
        """The line goes."""
        source = work.source
        attribute = next(node for node in above(literal.node) if node.type == "attribute")
        name = source.of(attribute.named_children[0])
        work.edit(source.line(attribute.start_byte), source.next_line(attribute.end_byte), "")
        work.name(f"{_PREFIX}{name}")


def _declare(work: Work, text: str, head: str, file: str) -> None:
    """Declare something in the file's module, unless it is there."""
    folder = work.source.path.rpartition("/")[0]
    here = f"{folder}/" if folder else ""
    for path in work.project.like(work.source.path):
        if path.rpartition("/")[0] == folder and head in (work.project.text(path) or ""):
            return
    target = f"{here}{file}"
    there = work.project.text(target)
    piece = f"\n{text}" if there else text
    if target == work.source.path:
        end = len(work.source.data)
        work.insert(end, ("" if work.source.data.endswith(b"\n") else "\n") + piece)
    else:
        work.change.added.setdefault(target, []).append(piece)
