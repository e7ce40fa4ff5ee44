"""Jupyter notebooks."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ..samples import notebook, run, secret


def shown(data: object) -> str:
    """The rendition of a notebook."""
    entries, problems = run(data if isinstance(data, bytes) else json.dumps(data).encode(), "a.ipynb")
    assert not problems
    return entries.get("cells", b"").decode()


def test_sources_and_outputs_are_plain_lines() -> None:
    assert shown(notebook(secret())) == (
        f'# cell 1\nimport os\napi_key = "{secret()}"\n'
        f"# cell 2\nprint(1)\napi_key = {secret()}\ntoken = {secret()}\nbad\nline one\nsecret = {secret()}\n"
    )


def test_the_third_format() -> None:
    assert (
        shown({"worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"]}]}], "nbformat": 3})
        == "# cell 1\na\nb\n"
    )


def test_escapes_are_undone() -> None:
    assert (
        shown({"cells": [{"cell_type": "code", "source": 'a = "x\\\\y"\t\u00e9\ud83d\ude00'}]})
        == '# cell 1\na = "x\\\\y"\t\u00e9\U0001f600\n'
    )


def test_pictures_are_passed_over_however_large() -> None:
    picture = "iVBOR" * 500_000 + '\\\\\\"'
    cells = [{"cell_type": "code", "outputs": [{"data": {"image/png": picture, "text/plain": "after"}}], "source": "x"}]
    assert shown({"cells": cells}) == "# cell 1\nafter\nx\n"


def test_a_notebook_that_breaks_off() -> None:
    data = notebook(secret())
    assert f'api_key = "{secret()}"' in shown(data[: len(data) // 2])


def test_names_that_are_values_are_not_taken_for_keys() -> None:
    assert (
        shown({"cells": [{"cell_type": "source", "metadata": {"x": ["source", "text"]}, "source": "real"}]})
        == "# cell 1\nreal\n"
    )


_SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text()
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text()), st.text(), _JSON)
def test_whatever_the_text_is(source: list[str], output: str, other: object) -> None:
    cell = {"cell_type": "code", "metadata": {"m": other}, "outputs": [{"text": output}], "source": source}
    for ascii_only in (True, False):
        data = json.dumps({"cells": [cell]}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        text = run(data, "a.ipynb")[0]["cells"]
        assert "".join(source).encode("utf-8", "replace") in text
        assert output.encode("utf-8", "replace") in text
