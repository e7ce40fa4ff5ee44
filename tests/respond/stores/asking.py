"""What tests of stores ask, and how they look at an error."""

import uuid
from collections.abc import Callable

import pytest

from stanch.model import Secret
from stanch.respond.stores import Reference, Settings, Store, StoreError

VALUE = "value-that-must-not-show"


def fresh(field: str = "") -> Reference:
    """A name that no other test uses."""
    name = f"T_{uuid.uuid4().hex.upper()}"
    return Reference(name, f"shop/{name}", field)


def trouble(act: Callable[[], object]) -> StoreError:
    """The error that an action ends with, which says nothing of the value and keeps no other error's words."""
    with pytest.raises(StoreError) as caught:
        act()
    told = f"{caught.value} {caught.value.hint}"
    assert VALUE not in told
    assert told.isprintable()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def acts(store: Store[Settings], reference: Reference) -> list[Callable[[], object]]:
    """To read there, and to write."""
    return [lambda: store.get(reference), lambda: store.put(reference, Secret(VALUE))]
