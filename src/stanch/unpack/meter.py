"""Counting what comes out of containers, so that a small one cannot unpack to something huge."""

from stanch.unpack.model import Limits, in_words


class Meter:
    """Counts what one container gives out, layer by layer, on behalf of itself and of those around it.

    Layer 0 are its own members, layer 1 the members of those, and so on: a compressed archive of
    a hundred times its size is that once as a stream and once more as members, and neither is a bomb.
    """

    def __init__(self, size: int, limits: Limits, parent: "Meter | None" = None) -> None:
        self.reason = ""
        """Why no more may come out of this container, or nothing."""
        self._limits = limits
        self._parent = parent
        self._ceiling = max(limits.ratio_floor, limits.ratio * size)
        self._layers: list[int] = []
        self._total = 0
        self._entries = 0

    @property
    def stopped(self) -> bool:
        """Whether this container, or one that it is in, may give out no more."""
        return bool(self.reason) or self.outer_stopped

    @property
    def outer_stopped(self) -> bool:
        """Whether one of the containers that this one is in may give out no more."""
        return self._parent is not None and self._parent.stopped

    def take(self, size: int) -> None:
        """Count `size` bytes that came out of a member of this container."""
        meter, layer = self, 0
        while True:
            meter._take(size, layer)
            if meter._parent is None:
                break
            meter, layer = meter._parent, layer + 1
        meter._total += size
        if meter._total > self._limits.total_bytes:
            meter.reason = meter.reason or f"unpacks to more than {in_words(self._limits.total_bytes)}"

    def enter(self) -> bool:
        """Count one more member; false if that is one too many."""
        outermost = self
        while outermost._parent is not None:
            outermost = outermost._parent
        outermost._entries += 1
        if outermost._entries > self._limits.entries:
            outermost.reason = outermost.reason or f"holds more than {self._limits.entries} members"
        return not self.stopped

    def _take(self, size: int, layer: int) -> None:
        while len(self._layers) <= layer:
            self._layers.append(0)
        self._layers[layer] += size
        if self._layers[layer] > self._ceiling:
            self.reason = self.reason or f"zip bomb: more than {self._limits.ratio} times its size"
