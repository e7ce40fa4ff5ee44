from .table import PAGE, page


def test_the_page_tells_what_the_tests_do() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "PYTHONPATH=src:tests python -m respond.snippets.table"
