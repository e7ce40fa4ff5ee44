"""One engine for all tests of the package, with the catalog that is shipped."""

import os
from collections.abc import Iterator

import pytest

from stanch.detect.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine; its cache is a folder of the tests, never the user's."""
    with pytest.MonkeyPatch.context() as patch:
        if "STANCH_CACHE_DIR" not in os.environ:
            patch.setenv("STANCH_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield Engine()
