"""A real browser for tests: Chromium without a window, driven over a pipe by its DevTools protocol.

No socket is opened and no package is needed. Where there is no Chromium, tests that ask for one skip.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_PATIENCE = 60.0
"""Seconds; on a busy machine a browser takes its time."""


class Browser:
    """One page of one browser."""

    def __init__(self, program: str, profile: Path) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The browser speaks on 3 and 4: out of the way first, in case one of ours has such a number.
        given = [fcntl.fcntl(one, fcntl.F_DUPFD, 64) for one in (theirs_in, theirs_out)]

        def place() -> None:
            os.dup2(given[0], 3)
            os.dup2(given[1], 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        flags += ["--no-first-run", "--disable-extensions", "--disable-background-networking", "--mute-audio"]
        self._process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(3, 4),
            preexec_fn=place,
        )
        for one in (theirs_in, theirs_out, *given):
            os.close(one)
        self._in, self._out, self._buffer, self._number = ours_in, ours_out, b"", 0
        self.events: list[dict[str, Any]] = []
        targets = self._send("Target.getTargets", session=False)["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self._send("Target.attachToTarget", session=False, targetId=page["targetId"], flatten=True)
        self._session: str = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setFocusEmulationEnabled", enabled=True)

    def send(self, method: str, **params: object) -> dict[str, Any]:
        """One command to the page; gives its result."""
        return self._send(method, session=True, **params)

    def open(self, page: Path, *, width: int = 1280, height: int = 900, scripts: bool = True) -> None:
        """Show a file in a window of that size."""
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self.events.clear()
        self.send("Page.navigate", url=page.resolve().as_uri())
        self._until("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """What an expression (or a promise) comes to."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        result = self.send("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def key(self, name: str) -> None:
        """Press and let go one key."""
        codes = {"ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Tab": 9, "Enter": 13}
        for kind in ("rawKeyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=codes[name])

    def picture(self, path: Path) -> None:
        """A picture of the whole page."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=True, format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def complaints(self) -> list[str]:
        """What the console, the policy and uncaught errors said since the page was opened, and what it asked for."""
        self.run("0")
        wrong = {
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        }
        told = [json.dumps(event["params"]) for event in self.events if event["method"] in wrong]
        sent = [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]
        return told + [f"asked for {url}" for url in sent if not url.startswith("file:")]

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError, AssertionError):
            self._send("Browser.close", session=False)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for one in (self._in, self._out):
            os.close(one)

    def _send(self, method: str, *, session: bool, **params: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = self._session
        content = json.dumps(message).encode() + b"\0"
        while content:
            content = content[os.write(self._out, content) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _until(self, method: str) -> None:
        while not any(event["method"] == method for event in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + _PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser says nothing"
            read = os.read(self._in, 1 << 20)
            assert read, "the browser has gone"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


def started(folder: Path) -> Iterator[Browser]:
    """A browser that ends with the test, or a skip with the reason."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium here (Debian's package is called chromium)")
    browser = Browser(program, folder)
    try:
        yield browser
    finally:
        browser.close()
