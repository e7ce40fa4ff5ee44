"""Every program, of every credential type and store, is read by its own language's parser."""

from pathlib import Path

import pytest

from stanch.respond.snippets import load

from .answers import REFERENCE, TYPES
from .programs import snippet
from .test_runs import SHAPES
from .toolchains import ALL, Missing


@pytest.mark.toolchain
@pytest.mark.parametrize("language", ALL)
def test_programs_are_read_by_their_languages_parser(language: str, tmp_path: Path) -> None:
    stores = load.languages()[language].stores
    snippets = [snippet(language, store, kind) for store in stores for kind in dict.fromkeys([*REFERENCE, *SHAPES])]
    snippets += [snippet(language, "env", kind) for kind in TYPES if kind not in REFERENCE and kind not in SHAPES]
    try:
        ALL[language].check(snippets, tmp_path)
    except Missing as error:
        pytest.skip(str(error))
