"""From hits in a repository's objects, and the commits that brought these, to rows."""

from functools import cached_property
from typing import TYPE_CHECKING

from stanch.scan.rows import MESSAGE, STAGED, TAG_MESSAGE, Place, Rows, in_message, numbered
from stanch.scan.work import Hit
from stanch.sources.git import history
from stanch.sources.git.graph import Graph
from stanch.sources.git.refs import Ref, Tags

if TYPE_CHECKING:
    from stanch.scan.repository import History


class Places:
    """The places of the hits in one repository, as rows need them."""

    def __init__(
        self,
        where: "History",
        hits: list[Hit],
        rows: Rows,
        arrivals: dict[str, list[history.Change]],
        known: list[Ref],
        graph: Graph,
    ) -> None:
        """`arrivals` are the changes that brought each blob with a hit, `known` all refs."""
        self._where = where
        self._git = where.git
        self._hits = numbered(hits)
        self._rows = rows
        self._arrivals = arrivals
        self._blobs = {hit.place for hit in hits if hit.kind == "blob"}
        self._graph = graph
        self._refs = known

    @cached_property
    def _tags(self) -> Tags:
        # Seldom asked for, and there may be thousands.
        return Tags(self._git, [name.hex() for name in self._where.names("tag")], self._refs)

    def place(self) -> None:
        """Add a place for everything that holds a hit."""
        head = set(history.files(self._git, "HEAD", self._blobs))
        others = self._others()
        reachable = self._reachable()
        for hit, ordinal in self._hits:
            if hit.kind == "commit":
                in_head = hit.place in reachable
                order = self._graph.place(hit.place)
                self._add(Place(MESSAGE, in_message(hit), ordinal, order, hit.place, in_head))
            elif hit.kind == "tag":
                self._add(self._tag_message(hit, ordinal))
            else:
                changes = self._arrivals.get(hit.place, [])
                for change in changes:
                    in_head = (change.path, change.blob) in head
                    order = self._graph.place(change.commit)
                    self._add(Place(change.path, hit.match, ordinal, order, change.commit, in_head))
                known = {change.path for change in changes}
                places = [place for place in others.get(hit.place, []) if place[0] not in known]
                if not (changes or places):
                    places = [(f"(unreachable blob {hit.place[:12]})", 0, ())]
                for path, order, names in places:
                    self._add(Place(path, hit.match, ordinal, order, in_head=False, refs=names))
        self._people()

    def _add(self, place: Place) -> None:
        self._rows.add(place._replace(path=self._where.path(place.path, place.match.inner)))

    def _others(self) -> dict[str, list[tuple[str, int, tuple[str, ...]]]]:
        """For each blob the places that no commit gives it: (path, order, refs)."""
        found: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {}
        for path, blob in self._where.index:
            if blob in self._blobs:
                found.setdefault(blob, []).append((path, STAGED, ()))
        for ref in self._refs:
            if ref.kind == "tree":
                for path, blob in history.files(self._git, ref.target, self._blobs):
                    found.setdefault(blob, []).append((path, 0, (ref.name,)))
        for blob in {ref.target for ref in self._refs if ref.kind == "blob"} & self._blobs:
            names = self._tags.names(blob)
            found.setdefault(blob, []).append((f"({names[0]})", 0, names))
        return found

    def _reachable(self) -> set[str]:
        """The commits with a hit in their message that HEAD leads to."""
        messages = [hit.place for hit, _ in self._hits if hit.kind == "commit"]
        head = {"HEAD": self._git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")}
        held = self._graph.holders([(oid,) for oid in messages], head)
        return {oid for oid, names in zip(messages, held, strict=True) if names}

    def _tag_message(self, hit: Hit, ordinal: int) -> Place:
        """A tag's message came with the tag, from its tagger, wherever the commit is that it stands for."""
        commit = self._git.line("rev-parse", "--verify", "--quiet", f"{hit.place}^{{commit}}") or None
        return Place(
            TAG_MESSAGE,
            in_message(hit),
            ordinal,
            self._graph.place(commit),
            commit,
            in_head=False,
            refs=self._tags.names(hit.place),
            tagger=self._tags.tagger(hit.place),
        )

    def _people(self) -> None:
        """Who made the commits that were named, and which refs lead to them."""
        self._rows.people.update(
            history.authors(self._git, sorted(oid for oid in self._rows.mentioned() if oid in self._graph))
        )
        tips = {ref.name: ref.target for ref in self._refs if ref.kind == "commit"}
        wanted = [row for row in self._rows.bringers() if any(commit in self._graph for commit in row)]
        self._rows.refs.update(zip(wanted, self._graph.holders(wanted, tips), strict=True))
