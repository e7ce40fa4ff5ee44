"""What holds for every store."""

import logging
import uuid

import pytest

from stanch.model import Secret
from stanch.respond.stores import ABSENT, Settings, Store, StoreError, Trouble, names

from .asking import fresh

Each = Store[Settings]
VALUES = [
    "plain",
    "a b",
    'it\'s "quoted"',
    "$HOME ${HOME} `id` $(id)",
    "back\\slash \\n \\\\ end\\",
    "# not a comment",
    "a=b=c",
    "two\nlines",
    "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
    "carriage\r\nreturn\r\n",
    "\ttabs and blanks ",
    "Grüße, 日本語, 🐟",
    '{"json": "inside"}',
    "{",
    "x" * 5000,
]
ALL = ("env", "aws", "vault", "conjur", "azure", "gcp", "kubernetes", "doppler")


def test_every_value_comes_back_as_it_was(each: Each) -> None:
    for value in VALUES:
        reference = fresh()
        each.put(reference, Secret(value))
        held = each.get(reference)
        assert held.value is not None
        assert held.value.reveal() == value
        assert held.address == str(each.address(reference))


def test_nothing_is_there_before(each: Each) -> None:
    with pytest.raises(StoreError) as caught:
        each.get(fresh())
    assert caught.value.trouble == Trouble.ABSENT


@pytest.mark.parametrize("value", ["value", '{"json": "inside"}'])
def test_the_same_value_again_changes_nothing(each: Each, value: str) -> None:
    reference = fresh()
    first = each.put(reference, Secret(value))
    again = each.put(reference, Secret(value))
    assert again.unchanged
    assert not first.unchanged
    assert again.version == each.get(reference).version


def test_another_value_makes_a_new_version_or_asks_first(each: Each) -> None:
    reference = fresh()
    first = each.put(reference, Secret("one"))
    if each.remembers and first.version:
        second = each.put(reference, Secret("two"))
        assert second.version != first.version
    else:
        with pytest.raises(StoreError) as caught:
            each.put(reference, Secret("two"))
        assert caught.value.trouble == Trouble.CONFLICT
        held = each.get(reference)
        assert held.value == Secret("one")
        each.put(reference, Secret("two"), replace=True)
    assert each.get(reference).value == Secret("two")


def test_only_if_nothing_is_there(each: Each) -> None:
    reference = fresh()
    each.put(reference, Secret("one"), expected=ABSENT)
    with pytest.raises(StoreError) as caught:
        each.put(reference, Secret("two"), expected=ABSENT)
    assert caught.value.trouble == Trouble.CONFLICT
    assert "two" not in str(caught.value)
    assert each.get(reference).value == Secret("one")


def test_only_over_the_version_that_was_seen(each: Each) -> None:
    reference = fresh()
    first = each.put(reference, Secret("one"))
    if not first.version:
        with pytest.raises(Exception, match="keeps no versions"):
            each.put(reference, Secret("two"), expected="1")
        return
    second = each.put(reference, Secret("two"), expected=first.version)
    with pytest.raises(StoreError) as caught:
        each.put(reference, Secret("three"), expected=first.version)
    assert caught.value.trouble == Trouble.CONFLICT
    assert second.version in str(caught.value)
    assert each.get(reference).value == Secret("two")


def test_lists_addresses_and_no_values(each: Each) -> None:
    references = [fresh(), fresh()]
    for reference in references:
        each.put(reference, Secret("hidden-value"))
    everything = list(each.list())
    for reference in references:
        shown = str(each.address(reference)).removesuffix("#value")
        assert any(held.address == shown for held in everything)
    assert all(held.value is None for held in everything)
    assert "hidden-value" not in repr(everything)


def test_lists_what_begins_so(each: Each) -> None:
    reference = fresh()
    each.put(reference, Secret("value"))
    start = reference.path if each.has_paths else reference.name
    assert len(list(each.list(start[:-2]))) == 1
    assert list(each.list(start + "x")) == []


def test_a_check_of_a_store_in_order(each: Each) -> None:
    reference = fresh()
    each.put(reference, Secret("value"))
    answers = list(each.check(reference))
    assert len(answers) >= 3
    assert not [answer for answer in answers if answer.good is False]
    writes = [answer.good for answer in answers if answer.question == "write"]
    assert writes == [None if each.name in ("azure", "doppler") else True]
    assert "value" not in each.get(reference).version


def test_no_library_says_a_value(
    each: Each, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not even where everything is logged, and HTTP connections print what they send."""
    import http.client

    value = f"secret-{uuid.uuid4().hex}"
    reference = fresh()
    caplog.set_level(logging.DEBUG)
    for name in ("botocore", "botocore.endpoint", "urllib3.connectionpool", "hvac", "httpx2", "httpcore2.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    http.client.HTTPConnection.debuglevel = 1
    try:
        held = each.put(reference, Secret(value))
        got = each.get(reference)
        assert http.client.HTTPConnection.debuglevel == 1
    finally:
        http.client.HTTPConnection.debuglevel = 0
    written = caplog.text + "".join(capfd.readouterr()) + repr(held) + repr(got) + str(got)
    assert value not in written
    assert logging.getLogger("botocore").level == logging.DEBUG


# Google's library and kubectl fetch tokens and speak TLS by themselves.
@pytest.mark.parametrize("each", ["env", "aws", "vault", "conjur", "azure", "doppler"], indirect=True)
def test_what_travels_readable_goes_through_no_proxy(each: Each, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    reference = fresh()
    each.put(reference, Secret("value"))
    assert each.get(reference).value == Secret("value")


def test_an_open_store_lets_go_at_the_end(each: Each) -> None:
    with each as opened:
        opened.put(fresh(), Secret("value"))


def test_the_stores_are_found_by_being_there() -> None:
    assert set(ALL) == set(names())
