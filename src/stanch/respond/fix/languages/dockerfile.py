"""Dockerfiles: nothing secret is built in. The environment comes in when a container runs, a mount while it is built.

Sources: https://docs.docker.com/build/building/secrets/ and https://docs.docker.com/reference/dockerfile/.
"""

import re
from typing import TYPE_CHECKING

from stanch.respond.fix.model import Refused
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source

if TYPE_CHECKING:
    from tree_sitter import Node


class Dockerfile(Language):
    """Dockerfile and Containerfile."""

    grammar = "dockerfile"
    strings = frozenset({"env_pair", "arg_instruction", "shell_command"})

    def literal(self, source: Source, node: "Node") -> Literal:
        """The whole of a pair or a command; quotes are looked at where they matter."""
        return Literal(node, "", "", raw=True)

    def part(self, work: Work, literal: Literal) -> None:
        """By the instruction."""
        if literal.node.type == "env_pair":
            self._environment(work, literal.node)
        elif literal.node.type == "arg_instruction":
            self._argument(work, literal.node)
        else:
            self._command(work, literal.node)

    def whole(self, work: Work, literal: Literal) -> None:
        """The same."""
        self.part(work, literal)

    def _environment(self, work: Work, pair: "Node") -> None:
        """`ENV NAME=...` goes: whoever runs the container sets it."""
        source = work.source
        name = _named(source, pair)
        if not _is_all(work, pair.named_children[0].end_byte, pair.end_byte):
            raise Refused("a variable that is only partly secret: set the whole of it when the container runs")
        if re.search(rf"\$\{{?{name}\b", source.text[len(source.between(0, pair.end_byte)) :]):
            raise Refused(
                f"later instructions use {name}: mount it there with RUN --mount=type=secret,id={name},env={name}"
            )
        instruction = pair.parent
        assert instruction is not None
        pairs = [child for child in instruction.named_children if child.type == "env_pair"]
        if len(pairs) == 1:
            work.edit(source.line(instruction.start_byte), source.next_line(instruction.end_byte - 1), "")
        elif pairs[0] == pair:
            work.edit(pair.start_byte, pairs[1].start_byte, "")
        else:
            before = pairs[pairs.index(pair) - 1]
            work.edit(before.end_byte, pair.end_byte, "")
        work.name(name)
        work.change.steps.append(_when_run(name))

    def _argument(self, work: Work, instruction: "Node") -> None:
        """`ARG NAME=...` loses its default."""
        source = work.source
        name = _named(source, instruction)
        first = next(child for child in instruction.named_children)
        if not _is_all(work, first.end_byte, instruction.end_byte):
            raise Refused("a default that is only partly secret: take it out by hand")
        work.edit(first.end_byte, instruction.end_byte, "")
        work.name(name)
        work.change.steps.append(
            f"give {name} to the build with --build-arg {name}; the image's history shows it, so better mount it with"
            f" RUN --mount=type=secret,id={name},env={name}"
        )

    def _command(self, work: Work, command: "Node") -> None:
        """`RUN ...` mounts the secret as a variable."""
        source, instruction = work.source, command.parent
        assert instruction is not None
        mounted = instruction.type == "run_instruction"
        if not mounted and instruction.type not in ("cmd_instruction", "entrypoint_instruction"):
            raise Refused("only RUN can mount a secret: read the value from the environment in the program")
        keyword = instruction.children[0]
        for hole in work.holes:
            before = source.between(command.start_byte, hole.start)
            if before.count("'") % 2 or "<<" in before:
                raise Refused("single quotes keep the shell from reading a variable: use double ones first")
            inside = before.replace('\\"', "").count('"') % 2
            work.edit(hole.start, hole.end, f"${{{hole.name}}}" if inside else f'"${{{hole.name}}}"')
            if not mounted:
                work.change.steps.append(_when_run(hole.name))
                continue
            work.edit(keyword.end_byte, keyword.end_byte, f" --mount=type=secret,id={hole.name},env={hole.name}")
            work.change.steps.append(
                f"build with --secret id={hole.name} (BuildKit with Dockerfile syntax 1.10 or newer)"
            )


def _named(source: Source, node: "Node") -> str:
    """The variable that a pair or an ARG sets."""
    name = source.of(node.named_children[0])
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise Refused("a variable without a plain name")
    return name


def _is_all(work: Work, start: int, end: int) -> bool:
    """Whether what is between two places is the secret, a sign and quotes around it, and nothing else."""
    text = work.source.between(start, end).strip().removeprefix("=").strip()
    if text[:1] in ("'", '"') and text[-1:] == text[:1]:
        text = text[1:-1]
    return len(work.holes) == 1 and text == work.source.between(work.holes[0].start, work.holes[0].end)


def _when_run(name: str) -> str:
    return (
        f"give {name} to the container when it runs (docker run --env-file .env, or env_file in Compose),"
        f" and to a RUN that needs it with --mount=type=secret,id={name},env={name}"
    )
