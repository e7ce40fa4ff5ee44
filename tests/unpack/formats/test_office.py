"""Text of office documents."""

import pytest

from ..samples import docx, line, odt, run, secret, xlsx, zipped


def part(xml: str, name: str = "word/document.xml") -> str:
    """The text of a document of one part."""
    entries, problems = run(zipped({"[Content_Types].xml": b"<T/>", name: xml.encode()}))
    assert not problems
    return entries.get(f"{name}!text", b"").decode()


def test_runs_are_joined_and_paragraphs_are_lines() -> None:
    entries, _problems = run(docx(secret()))
    assert entries["word/document.xml!text"].decode() == f"api_key = {secret()}\ntoken: {secret()}\n"
    assert entries["word/comments.xml!text"].decode() == f"api_key = {secret()}\n"


def test_tabs_and_breaks() -> None:
    assert part("<w><p><r><t>a</t><tab/><t>b</t><br/><t>c</t></r></p></w>") == "a\tb\nc\n"


def test_indentation_is_no_text() -> None:
    assert part("<w>\n  <p>\n    <r>\n<t>a</t></r>\n  <r><t> b</t></r></p>\n</w>") == "a b\n"


def test_fields_of_properties_are_lines_of_their_own() -> None:
    assert (
        part("<p:x xmlns:p='p'><p:title>one</p:title><p:creator>two</p:creator></p:x>", "docProps/core.xml")
        == "one\ntwo\n"
    )


def test_tables_of_two_columns_are_names_and_values() -> None:
    def rows(*rows: tuple[str, ...]) -> str:
        cells = ["".join(f"<tc><p><t>{cell}</t></p></tc>" for cell in row) for row in rows]
        return "<tbl>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</tbl>"

    assert part(f"<w>{rows(('user', 'bob'), ('password', 'x y'))}</w>") == "user: bob\npassword: x y\n"
    wide = rows(("name", "host", "password"), ("bob", "", "x"), ("ann", "db", "y"))
    assert part(f"<w>{wide}</w>") == "name\thost\tpassword\nname: bob\npassword: x\nname: ann\nhost: db\npassword: y\n"


def test_headings_end_with_their_table() -> None:
    table = "<tbl><tr><tc><t>a</t></tc><tc><t>b</t></tc><tc><t>c</t></tc></tr></tbl>"
    assert part(f"<w>{table}{table}</w>") == "a\tb\tc\na\tb\tc\n"


def test_cells_of_spreadsheets_get_their_shared_strings_and_headings() -> None:
    rows = [["user", "host", "password"], ["bob", "", secret(1)], ["", "db", secret(2)]]
    entries, problems = run(xlsx(rows))
    lines = entries["xl/worksheets/sheet1.xml!text"].decode().splitlines()
    assert lines == [
        "user\thost\tpassword",
        "user: bob",
        f"password: {secret(1)}",
        "host: db",
        f"password: {secret(2)}",
    ]
    assert "xl/sharedStrings.xml!text" not in entries
    assert not problems


def test_rows_wider_than_their_headings_and_values_in_place() -> None:
    row = '<row><c r="A1" t="inlineStr"><is><t>k</t></is></c><c r="C1"><f>1+1</f><v>2</v></c></row>'
    assert part(f"<s><sheetData>{row}</sheetData></s>", "xl/worksheets/sheet1.xml") == "k: 2\n"


def test_numbers_of_strings_that_do_not_exist() -> None:
    xml = '<s><row><c r="A1" t="s"><v>99</v></c></row></s>'
    assert part(xml, "xl/worksheets/sheet1.xml") == "99\n"


def test_documents_of_libreoffice() -> None:
    entries, problems = run(odt(secret()))
    assert entries["content.xml!text"].decode() == f"api_key = {secret()}\nend\n"
    assert not problems


@pytest.mark.parametrize("xml", ["<w><p>", "<w>&nope;</w>", "no xml", "<a></b>", "\ufeff", ""])
def test_malformed_parts_are_harmless(xml: str) -> None:
    entries, problems = run(zipped({"[Content_Types].xml": b"<T/>", "word/document.xml": xml.encode()}))
    assert entries["word/document.xml"] == xml.encode()
    assert [(each.reason, each.harmless) for each in problems] == [("malformed XML: not rendered as text", True)]


def test_other_zips_are_not_taken_for_documents() -> None:
    assert run(zipped({"a.xml": b"<a>text</a>"}))[0] == {"a.xml": b"<a>text</a>"}


def test_embedded_documents_are_opened_too() -> None:
    data = zipped({"[Content_Types].xml": b"<T/>", "word/embeddings/oleObject1.docx": docx(secret())})
    assert run(data)[0]["word/embeddings/oleObject1.docx!word/document.xml!text"].startswith(b"api_key")
    assert line(secret())
