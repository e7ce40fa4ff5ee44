"""YAML: what a value becomes is up to the program that reads the file, which its path and its keys tell.

Sources: https://docs.docker.com/reference/compose-file/interpolation/ (Compose),
https://docs.github.com/en/actions/reference/workflows-and-actions/contexts (workflows),
https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ (Kubernetes),
https://docs.spring.io/spring-boot/reference/features/external-config.html (Spring Boot),
https://guides.rubyonrails.org/configuring.html (Rails), https://symfony.com/doc/current/configuration.html (Symfony),
https://www.serverless.com/framework/docs/guides/variables (Serverless Framework),
https://learn.microsoft.com/azure/devops/pipelines/process/variables (Azure Pipelines).
"""

import re
from typing import TYPE_CHECKING, ClassVar

from stanch.respond.fix.model import Hole, Refused
from stanch.respond.fix.project import Project
from stanch.respond.fix.rewrite import Language, Literal, Work
from stanch.respond.fix.source import Source, above, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = frozenset({"block_mapping_pair", "flow_pair"})
_FLOW = frozenset({"flow_mapping", "flow_sequence"})
_SCALARS = frozenset({"double_quote_scalar", "single_quote_scalar", "plain_scalar", "block_scalar"})
_PLAIN = re.compile(r"[A-Za-z0-9$<(/._~][^\r\n]*")


class Yaml(Language):
    """A file whose reader puts variables of its environment into values."""

    grammar = "yaml"
    strings = _SCALARS
    reference: ClassVar[str] = ""
    """How a variable is written, `{}` for its name and `"` for a quotation mark; empty where there is no way."""

    def literal(self, source: Source, node: "Node") -> Literal:
        """By its quotes."""
        if node.type == "block_scalar":
            return Literal(node, "", "", raw=True, interpolates=True)
        quote = {"double_quote_scalar": '"', "single_quote_scalar": "'"}.get(node.type, "")
        return Literal(node, quote, quote, raw=quote != '"', interpolates=True)

    def said(self, work: Work, literal: Literal, hole: Hole) -> str:
        """In a block the indentation is none of the text."""
        if literal.node.type != "block_scalar":
            return super().said(work, literal, hole)
        indent = work.source.indent(hole.start)
        return work.source.between(hole.start, hole.end).replace("\r\n", "\n").replace(f"\n{indent}", "\n")

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """The reference as the program that reads the file knows it."""
        if not self.reference:
            raise Refused(f"plain YAML has no lookups: have the program read {name} from its environment instead")
        if work.store != "env":
            raise Refused("what reads this file knows variables of its environment only: use --store env")
        return self.reference.format(name)

    def inside(self, work: Work, name: str, literal: Literal) -> str:
        """The reference, with the other kind of quotation marks than those around it."""
        found = self.lookup(work, name, literal.quote)
        return found.replace('"', "'") if literal.opening == '"' else found

    def whole(self, work: Work, literal: Literal) -> None:
        """The quotes stay as they are."""
        self.part(work, literal)

    def part(self, work: Work, literal: Literal) -> None:
        """In place; a plain value gets quotes where it would mean something else without."""
        super().part(work, literal)
        if literal.node.type != "plain_scalar":
            return
        text = self._text(work, literal)
        flow = any(node.type in _FLOW for node in above(literal.node))
        if flow or not _PLAIN.fullmatch(text) or re.search(r": |:$| #", text):
            quote = "'" if '"' in text else '"'
            if quote in text or "\\" in text:
                raise Refused("the value would need quotes: put it in quotes first")
            work.edit(literal.start, literal.start, quote)
            work.edit(literal.end, literal.end, quote)

    def _text(self, work: Work, literal: Literal) -> str:
        """What the literal will say."""
        edits = {edit.start: edit for edit in work.change.edits}
        text, position = "", literal.start
        for hole in work.holes:
            text += work.source.between(position, hole.start) + edits[hole.start].text
            position = hole.end
        return text + work.source.between(position, literal.end)

    def prepare(self, work: Work, literal: Literal) -> None:
        """Keys are left alone."""
        for node in above(literal.node):
            if node.type in _PAIRS:
                key = node.child_by_field_name("key")
                if key is not None and key.start_byte <= literal.start < key.end_byte:
                    raise Refused("a key takes no lookup")
                return


class Compose(Yaml):
    """Compose files: variables of the shell and of `.env`."""

    reference = "${{{}}}"


class Spring(Yaml):
    """Spring Boot's `application.yml`."""

    reference = "${{{}}}"


class Serverless(Yaml):
    """`serverless.yml`."""

    reference = "${{env:{}}}"


class Rails(Yaml):
    """Files that Rails reads through ERB."""

    reference = '<%= ENV.fetch("{}") %>'


class Symfony(Yaml):
    """Configuration of Symfony."""

    reference = "%env({})%"


class _Kept(Yaml):
    """Where the values live with a service, whatever the store of the code."""

    def rewrite(self, source: Source, project: Project, store: str, holes: list[Hole]) -> list[tuple[Work, str]]:
        """As every language, but the program's own environment has no part in it."""
        done = super().rewrite(source, project, store, holes)
        for work, _ in done:
            work.change.names = set()
        return done


class Pipelines(_Kept):
    """Azure Pipelines: variables of the pipeline, kept as secrets."""

    reference = "$({})"

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`$(NAME)`."""
        work.change.steps.append(f"add the secret variable {name} to the pipeline")
        return self.reference.format(name)


class Actions(_Kept):
    """Workflows of GitHub Actions: the repository's secrets."""

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """`${{ secrets.NAME }}`; names may not begin with GITHUB_."""
        name = re.sub(r"^GITHUB_", "GH_", name)
        work.change.steps.append(f"set the secret {name} in the repository's settings, or with 'gh secret set {name}'")
        return f"${{{{ secrets.{name} }}}}"

    def prepare(self, work: Work, literal: Literal) -> None:
        """Only where the context `secrets` is there."""
        super().prepare(work, literal)
        path = keys(work.source, literal.node)
        if "jobs" not in path and path[:1] != ["env"]:
            raise Refused("GitHub offers secrets to workflows only, and there to env, with and run")
        step = "steps" in path and path[-1] in ("run", "working-directory", "name")
        given = "steps" in path and "with" in path
        if not (step or given or "env" in path or "credentials" in path or "secrets" in path):
            raise Refused(f"GitHub does not offer secrets to '{path[-1]}'")


class Kubernetes(_Kept):
    """Manifests: a Secret that the cluster holds."""

    def rewrite(self, source: Source, project: Project, store: str, holes: list[Hole]) -> list[tuple[Work, str]]:
        """Not for templates of manifests: what they come to is not known here."""
        if "{{" in source.text:
            raise Refused("a template of a manifest: refer to a Secret with secretKeyRef by hand")
        return super().rewrite(source, project, store, holes)

    def lookup(self, work: Work, name: str, quote: str) -> str:
        """Not an expression: see `whole` and `part`."""
        raise Refused("only the environment of a container can come from a Secret: read it there")

    def prepare(self, work: Work, literal: Literal) -> None:
        """What kinds of objects have a say."""
        super().prepare(work, literal)
        kind = _scalar(work.source, _document(literal.node), "kind")
        if kind == "Secret":
            raise Refused(
                "a manifest of a Secret holds the value: keep it out of the repository, and make the Secret with"
                " 'kubectl create secret' or an operator that fills it from a secret manager"
            )
        if kind == "ConfigMap":
            raise Refused("a ConfigMap is no place for a secret: move the key to a Secret, and refer to that")

    def whole(self, work: Work, literal: Literal) -> None:
        """`value:` becomes `valueFrom:`."""
        pair = _pair(literal.node)
        path = keys(work.source, literal.node)
        if pair is None or path[-2:] != ["env", "value"]:
            self.lookup(work, "", "")
            return
        name = work.holes[0].name
        work.edit(pair.start_byte, pair.end_byte, self._source(work, pair, name))

    def part(self, work: Work, literal: Literal) -> None:
        """The secret is a variable of its own before this one, which takes it in as `$(NAME)`."""
        path = keys(work.source, literal.node)
        item = next((node for node in above(literal.node) if node.type == "block_sequence_item"), None)
        if item is None or path[-2:] != ["env", "value"]:
            self.lookup(work, "", "")
            return
        assert item is not None
        indent = " " * item.start_point[1]
        known = {_text_of(work.source, node) for node in walk(_document(literal.node)) if node.type in _SCALARS}
        for hole in work.holes:
            if hole.name in known:
                raise Refused(f"the name {hole.name} is there already")
            space = f"{indent}  "
            value = self._nested(work, space, hole.name)
            work.insert(item.start_byte, f"- name: {hole.name}\n{space}{value}\n{indent}")
            work.edit(hole.start, hole.end, f"$({hole.name})")

    def _source(self, work: Work, pair: "Node", name: str) -> str:
        if pair.type == "flow_pair":
            return f"valueFrom: {{secretKeyRef: {{name: {self._secret(work, name)}, key: {name}}}}}"
        return self._nested(work, " " * pair.start_point[1], name).replace("\n", work.source.newline)

    def _nested(self, work: Work, indent: str, name: str) -> str:
        secret = self._secret(work, name)
        return f"valueFrom:\n{indent}  secretKeyRef:\n{indent}    name: {secret}\n{indent}    key: {name}"

    def _secret(self, work: Work, key: str) -> str:
        """The Secret that the object uses already, or one named after it."""
        document = _document(work.source.covering(work.holes[0]))
        name = ""
        for node in walk(document):
            if node.type in _PAIRS and _text_of(work.source, node.child_by_field_name("key")) == "secretKeyRef":
                name = _scalar(work.source, node, "name")
        if not name:
            metadata = next((one for one in _top(document) if _key(work.source, one) == "metadata"), None)
            name = f"{_scalar(work.source, metadata, 'name') or 'app'}-secrets" if metadata else "app-secrets"
        if not re.fullmatch(r"[a-z0-9.-]+", name):
            raise Refused("the name of the Secret is not plain")
        work.change.steps.append(
            f"put {key} into the Secret {name}, for example with"
            f" 'kubectl create secret generic {name} --from-env-file=.env'"
        )
        return name


def keys(source: Source, node: "Node") -> list[str]:
    """The keys above a value, outermost first."""
    found = [_key(source, one) for one in above(node) if one.type in _PAIRS]
    return list(reversed(found))


def _key(source: Source, pair: "Node") -> str:
    return _text_of(source, pair.child_by_field_name("key"))


def _text_of(source: Source, node: "Node | None") -> str:
    return source.of(node).strip("\"'") if node is not None else ""


def _pair(node: "Node") -> "Node | None":
    return next((one for one in above(node) if one.type in _PAIRS), None)


def _document(node: "Node") -> "Node":
    last = node
    for last in (node, *above(node)):
        if last.type == "document":
            break
    return last


def _top(document: "Node") -> "list[Node]":
    """The pairs of a document's own mapping."""
    mapping = next((node for node in walk(document) if node.type in ("block_mapping", "flow_mapping")), None)
    return [child for child in mapping.named_children if child.type in _PAIRS] if mapping is not None else []


def _scalar(source: Source, around: "Node", key: str) -> str:
    """The value of the first key of this name within a node, at its outermost mapping."""
    for pair in _top(around):
        if _key(source, pair) == key:
            return _text_of(source, pair.child_by_field_name("value"))
    return ""
