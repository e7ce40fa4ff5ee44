"""Containers that are known by sight and cannot be opened: said, and not passed over."""

from collections.abc import Iterator

from stanch.unpack.model import Container, Trouble


def members(container: Container) -> Iterator[Trouble]:
    """One trouble, whatever is inside."""
    yield Trouble("", f"{container.kind} data cannot be opened")
