"""The page, read strictly and then in a real browser: tabs, copying, narrow screens, no scripts, hostile words."""

import hashlib
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from browser import Browser, started
from report.samples import HOSTILE, secret
from stanch.respond.playbook import Guide, page
from stanch.respond.playbook.guide import Item

from ..samples import IDS, PROGRAMS, case, guide
from .test_formats import hostile

VOID = {"meta", "br", "hr", "path", "rect"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5")


class Page(HTMLParser):
    """Every tag closed, headings in order, what is referred to there, nothing loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.references: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name in ("src", "style", "srcdoc", "action") for name in known), known
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag in HEADINGS:
            self.headings.append(int(tag[1]))
        self.ids += [known["id"]] if "id" in known else []
        self.links += [known["href"]] if "href" in known else []
        self.references += known.get("aria-labelledby", "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def html(guide: Guide) -> str:
    return "".join(page.render(guide))


@pytest.mark.parametrize("name", IDS)
def test_every_page_is_well_formed(name: str) -> None:
    read = Page(html(guide(name, case(detector=name))))
    assert read.counts["h1"] == read.counts["main"] == read.counts["nav"] == read.counts["header"] == 1
    assert read.counts["footer"] == read.counts["style"] == read.counts["script"] == 1
    assert len(read.ids) == len(set(read.ids))
    assert all(after <= before + 1 for before, after in zip(read.headings, read.headings[1:], strict=False))
    assert set(read.references) <= set(read.ids)
    inner = [link[1:] for link in read.links if link.startswith("#")]
    assert set(inner) <= set(read.ids)
    assert all(link.startswith(("#", "https://")) for link in read.links)


def test_only_its_own_style_and_script_may_run() -> None:
    text = html(guide())
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src &#x27;none&#x27;" in policy
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in policy
        assert not re.search(r"url\(|@import|https?:|innerHTML|eval\(", content)


def test_hostile_words_are_words() -> None:
    for words in HOSTILE:
        read = Page(html(hostile(words, words)))
        assert read.counts["script"] == 1
        assert not any("javascript:" in link for link in read.links)


def test_an_address_that_no_browser_should_follow_is_no_link() -> None:
    for source in ("javascript:alert(1)", "//evil.example", "data:text/html,x", "http://[broken", "SDK file"):
        assert "<a" not in page._link(source)
    assert 'rel="noopener noreferrer"' in page._link("https://acme.example/?a=1&b=<2>")
    assert Item("x").source == ""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from started(tmp_path_factory.mktemp("profile"))


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    path = tmp_path / "playbook.html"
    path.write_text(html(guide(case=case())), "utf-8")
    return path


SHOWN = {tab: text.rstrip("\n") for tab, text in PROGRAMS.items()}
VISIBLE = "[...document.querySelectorAll('[role=tabpanel]')].filter((p) => p.offsetParent !== null)"
CODE = f"{VISIBLE}.map((p) => p.querySelector(':scope > .copied code')).filter(Boolean).map((c) => c.textContent)"


def test_tabs_switch_by_mouse_and_keyboard_and_remember_the_store(browser: Browser, shown: Path) -> None:
    browser.open(shown)
    assert browser.run(CODE) == [SHOWN["Python", "environment"]]
    tabs = "[...document.querySelectorAll('[role=tab]')].filter((t) => t.offsetParent !== null)"
    assert browser.run(f"{tabs}.map((t) => t.textContent)") == ["Python", "Go", "Java", "environment", "Vault"]
    click = tabs + ".find((t) => t.textContent === '{}').click()"
    browser.run(click.format("Vault"))
    assert browser.run(CODE) == [SHOWN["Python", "Vault"]]
    browser.run(click.format("Go"))
    assert browser.run(CODE) == [SHOWN["Go", "Vault"]], "the store that was chosen stays"
    browser.run("document.querySelector('[role=tab][aria-selected=true]').focus()")
    browser.key("ArrowRight")
    assert browser.run("document.activeElement.textContent") == "Java"
    assert browser.run(CODE) == [SHOWN["Java", "Vault"]]
    browser.key("ArrowRight")
    assert browser.run("document.activeElement.textContent") == "Python", "round and round"
    browser.key("End")
    assert browser.run("document.activeElement.textContent") == "Java"
    browser.key("Home")
    assert browser.run("document.activeElement.textContent") == "Python"
    assert browser.complaints() == []


def test_tabs_are_told_to_a_screen_reader(browser: Browser, shown: Path) -> None:
    browser.open(shown)
    browser.send("Accessibility.enable")
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")]
    roles = [role for role, _ in told]
    for role in ("banner", "navigation", "main", "contentinfo", "tablist", "tab", "tabpanel"):
        assert role in roles, role
    assert ("tablist", "Language") in told
    assert ("tab", "Python") in told
    assert ("tabpanel", "Python") in told
    assert ("navigation", "Contents") in told
    assert ("region", "Revoke and rotate") in told
    assert ("button", "Copy: Message to the owner") in told
    script = """[...document.querySelectorAll('[role=tab]')].every((tab) => {
      const panel = document.getElementById(tab.getAttribute('aria-controls'));
      return panel && panel.getAttribute('aria-labelledby') === tab.id &&
        panel.hidden === (tab.getAttribute('aria-selected') !== 'true') &&
        tab.tabIndex === (panel.hidden ? -1 : 0);
    })"""
    assert browser.run(script)


def test_copying(browser: Browser, shown: Path) -> None:
    browser.open(shown)
    browser.send("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    for name in ("Message to the owner", "From a shell"):
        wanted = browser.run(f"document.querySelector('[data-name=\"{name}\"] pre').textContent")
        browser.run(f"document.querySelector('[data-name=\"{name}\"] button').click()")
        browser.run("new Promise((done) => setTimeout(done, 200))")
        assert browser.run(f"document.querySelector('[data-name=\"{name}\"] button').textContent") == "Copied"
        assert browser.run("document.getElementById('said').textContent") == f"Copied: {name}"
        assert browser.run("navigator.clipboard.readText()") == wanted
    assert browser.complaints() == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize(
    "name", ["notion-integration-token", "google-service-account-key", "github-personal-access-token"]
)
def test_nothing_has_to_be_scrolled_sideways(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    path = tmp_path / "a.html"
    long = case(detector=name, names=("N" * 90,), secret="x" * 40)
    path.write_text(
        html(guide(name, long, {("Go", "Vault"): "x" * 300 + "\n", ("Java", "a store with a long name"): "y"}))
    )
    browser.open(path, width=width)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    outside = """[...document.querySelectorAll('main *')].filter((e) => e.offsetParent && !e.closest('pre') &&
      e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))"""
    assert browser.run(outside) == []
    assert browser.complaints() == []


def test_without_scripts_everything_is_shown(browser: Browser, shown: Path) -> None:
    browser.open(shown, scripts=False)
    text = browser.run("document.body.innerText")
    for program in PROGRAMS.values():
        assert program.splitlines()[1] in text
    assert browser.run("document.querySelectorAll('button').length") == 0


def test_hostile_words_run_nothing(browser: Browser, tmp_path: Path) -> None:
    for number, words in enumerate(HOSTILE):
        path = tmp_path / f"{number}.html"
        path.write_text(html(hostile(words, words)), "utf-8")
        browser.open(path)
        assert browser.complaints() == []
        assert browser.run("document.querySelectorAll('script, img, iframe, object').length") == 1
        assert browser.run("[...document.links].every((a) => a.protocol === 'file:' || a.protocol === 'https:')")


def test_a_hostile_repository_from_the_scan_to_the_page(browser: Browser, tmp_path: Path) -> None:
    words = "<img src=x onerror=alert(1)>"
    repository = tmp_path / "r"
    home = {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
    home |= {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "STANCH_CACHE_DIR")}

    def ran(*command: str, status: int = 0) -> str:
        done = subprocess.run(command, cwd=repository, env=home, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout

    repository.mkdir()
    (repository / f'"{words.replace("/", "")}.py').write_text(f'NOTION_TOKEN = "{secret(5)}"  # {words}\n')
    ran("git", "init", "--quiet")
    ran("git", "add", ".")
    ran("git", "-c", f"user.name={words}", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", words)
    stanch = (sys.executable, "-m", "stanch")
    (found,) = ran(*stanch, "scan", ".", "--format", "jsonl", status=1).splitlines()
    mark = json.loads(found)["fingerprint"]
    ran(*stanch, "playbook", "--finding", mark, "--format", "html", "--output", "../page.html")
    browser.open(tmp_path / "page.html")
    assert browser.complaints() == []
    assert words in browser.run("document.getElementById('finding').innerText")
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert secret(5) not in (tmp_path / "page.html").read_text()


LUMINANCE = """(() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] > 0.99) return c; } return [255, 255, 255, 1]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.offsetParent || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(back(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_schemes(browser: Browser, shown: Path, scheme: str) -> None:
    browser.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    try:
        browser.open(shown)
        assert browser.run(LUMINANCE) == []
    finally:
        browser.send("Emulation.setEmulatedMedia", features=[])


def test_it_can_be_printed(browser: Browser, shown: Path) -> None:
    browser.open(shown)
    browser.send("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.run(
            "[...document.querySelectorAll('nav, .copy, .tablist')].every((e) => e.offsetParent === null)"
        )
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
        assert len(browser.send("Page.printToPDF")["data"]) > 10_000
    finally:
        browser.send("Emulation.setEmulatedMedia", media="")
