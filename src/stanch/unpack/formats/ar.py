"""The archives of `ar`: Debian packages and static libraries."""

from collections.abc import Iterator

from stanch.unpack.model import MB, Container, Damaged, Member, Trouble
from stanch.unpack.streams import Window, read_at, size_of

_HEADER = 60


def members(container: Container) -> Iterator[Member | Trouble]:
    """The files in it; tables of symbols are left aside."""
    stream = container.stream
    offset, end = 8, size_of(stream)
    names = b""
    while offset < end:
        header = read_at(stream, offset, _HEADER)
        if len(header) < _HEADER:
            raise Damaged("truncated")
        size = header[48:58].strip()
        if header[58:] != b"`\n" or not size.isdigit():
            raise Damaged("corrupt")
        data, length = offset + _HEADER, int(size)
        offset = data + length + length % 2
        name = header[:16].rstrip()
        if name == b"//":
            names = read_at(stream, data, min(length, MB))
            continue
        if name in (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"):
            continue
        if name.startswith(b"#1/") and name[3:].isdigit():
            named = min(int(name[3:]), length)
            name = read_at(stream, data, min(named, 1024)).rstrip(b"\0")
            data, length = data + named, length - named
        elif name.startswith(b"/") and name[1:].isdigit():
            name = names[int(name[1:]) :].partition(b"\n")[0][:1024]
        yield Member(name.rstrip(b"/").decode("utf-8", "replace") or "(unnamed)", Window(stream, data, length))
