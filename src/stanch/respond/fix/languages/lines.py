"""Files of one NAME=value a line: environment files, properties, `.npmrc`. No tree is needed to read them.

Sources: https://docs.npmjs.com/cli/configuring-npm/npmrc (`.npmrc`),
https://docs.spring.io/spring-boot/reference/features/external-config.html (Spring Boot),
https://docs.gradle.org/current/userguide/build_environment.html (`gradle.properties`).
"""

import re
from typing import ClassVar

from stanch.respond.fix.model import Hole, Refused
from stanch.respond.fix.project import Project
from stanch.respond.fix.rewrite import Work
from stanch.respond.fix.source import Source

_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[^\s=:#;!]+)[ \t]*(?P<sign>[=:])[ \t]*(?P<value>.*)")


class Lines:
    """A file in which a reference stands where the value did."""

    grammar = ""
    reference: ClassVar[str] = ""
    comment: ClassVar[str] = "#!;"

    def rewrite(self, source: Source, project: Project, store: str, holes: list[Hole]) -> list[tuple[Work, str]]:
        """Each hole by itself."""
        done = []
        for hole in holes:
            work = Work(source, project, store, [hole])
            try:
                start, end = source.line(hole.start), source.next_line(hole.start)
                if hole.end > end:
                    raise Refused("a value of several lines: take it out by hand")
                line = source.between(start, end)
                if line.lstrip()[:1] in tuple(self.comment):
                    work.edit(hole.start, hole.end, f"<{hole.name}>")
                else:
                    found = _LINE.fullmatch(line.rstrip())
                    if found is None:
                        raise Refused("the line gives no name a value")
                    self.line(work, start, found)
                done.append((work, ""))
            except Refused as why:
                done.append((work, str(why)))
        return done

    def line(self, work: Work, start: int, found: re.Match[str]) -> None:
        """Rewrite one line, which begins at `start`."""
        if work.store != "env":
            raise Refused("what reads this file knows variables of its environment only: use --store env")
        hole = work.holes[0]
        if "\\" in work.source.between(hole.start, hole.end):
            raise Refused("the value has escapes in it: take it out by hand")
        work.values[hole.start] = work.source.between(hole.start, hole.end)
        work.change.names.add(hole.name)
        work.edit(hole.start, hole.end, self.reference.format(hole.name))


class Npmrc(Lines):
    """`.npmrc`."""

    reference = "${{{}}}"


class SpringProperties(Lines):
    """Spring Boot's `application.properties`."""

    reference = "${{{}}}"


class GradleProperties(Lines):
    """`gradle.properties`: Gradle takes a project property from ORG_GRADLE_PROJECT_NAME."""

    def line(self, work: Work, start: int, found: re.Match[str]) -> None:
        """The line goes."""
        name, hole = found["name"], work.holes[0]
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name.startswith(("org.", "systemProp")):
            raise Refused("Gradle takes only properties with plain names from the environment")
        if found["value"] != work.source.between(hole.start, hole.end):
            raise Refused("a property that is only partly secret: take it out by hand")
        work.name(f"ORG_GRADLE_PROJECT_{name}")
        work.values[hole.start] = found["value"]
        work.change.names.add(work.holes[0].name)
        work.edit(start, work.source.next_line(start), "")


class EnvironmentExample(Lines):
    """`.env.example` and the like, which show names."""

    def line(self, work: Work, start: int, found: re.Match[str]) -> None:
        """The value goes."""
        place = start + len(found.string[: found.start("value")].encode())
        end = place + len(found["value"].encode())
        if found["value"].strip("\"'") == work.source.between(work.holes[0].start, work.holes[0].end):
            work.edit(place, end, "")
        else:
            work.edit(work.holes[0].start, work.holes[0].end, f"<{work.holes[0].name}>")


class Environment(Lines):
    """`.env`, which is where values are meant to be, as long as nobody commits it."""

    def line(self, work: Work, start: int, found: re.Match[str]) -> None:
        """Left as it is, with a reason."""
        raise Refused(
            f"git tracks this file: take it out with 'git rm --cached {work.source.path}'"
            if work.store == "env"
            else "an environment file is a store of its own: start the program with the manager's own runner instead"
        )


class Properties(Lines):
    """Other files of names and values."""

    def line(self, work: Work, start: int, found: re.Match[str]) -> None:
        """Left as it is, with a reason."""
        raise Refused(
            f"a file of this kind has no lookups: have the program read {work.holes[0].name} from its environment,"
            " and take the line out"
        )
