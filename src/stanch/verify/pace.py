"""How fast a host is asked: so many calls at once, a gap between them, and silence where it asks for that."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stanch.verify.options import Limits
from stanch.verify.trouble import NoAnswer


class Pace:
    """Keeps all threads together within the limits, host by host."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._turns: dict[str, threading.BoundedSemaphore] = {}
        self._next: dict[str, float] = {}
        """Host -> when the next call may begin."""
        self._quiet: dict[str, float] = {}
        """Host -> until when it asked not to be called."""

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait until a call to `host` may begin; NoAnswer where it has asked for longer silence than there is time."""
        with self._lock:
            turn = self._turns.setdefault(host, threading.BoundedSemaphore(self._limits.at_once))
        with turn:
            with self._lock:
                now = time.monotonic()
                begin = max(now, self._next.get(host, now))
                if (quiet := self._quiet.get(host, now)) > begin:
                    if quiet - now > self._limits.total:
                        raise NoAnswer(f"{host} limits the rate and asked to be left alone for longer than we wait")
                    begin = quiet
                self._next[host] = begin + self._limits.gap
            time.sleep(begin - now)
            yield

    def hush(self, host: str, seconds: float) -> bool:
        """Take note that `host` wants no calls for a while; gives whether that is short enough to wait for."""
        with self._lock:
            self._quiet[host] = max(self._quiet.get(host, 0.0), time.monotonic() + seconds)
        return seconds <= self._limits.total
