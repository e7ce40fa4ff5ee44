"""Checks credentials: each distinct one once, side by side, at the pace that their issuers allow."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ssl import SSLContext

import msgspec

from stanch.catalog.model import Call, CredentialType, Provider
from stanch.errors import ConfigError
from stanch.model import Attempt, Evidence, Finding, Validity
from stanch.verify.address import Allowed, Resolver
from stanch.verify.judge import Verdict, judge, needs_body, rate_limited, statuses
from stanch.verify.options import Options
from stanch.verify.pace import Pace
from stanch.verify.requests import Parts, Ready, base, concerns, requests
from stanch.verify.trouble import NoAnswer
from stanch.verify.wire import Wire


class Credential(msgspec.Struct, frozen=True):
    """What is to be checked."""

    detector: str
    """The credential type's id."""
    parts: tuple[tuple[str, str], ...]
    """Every part by its role, "secret" among them, sorted."""

    def __repr__(self) -> str:
        return f"Credential({self.detector!r})"


Progress = Callable[[int, int], None]
"""Hears how many checks are done, and of how many."""


def credential(finding: Finding) -> Credential:
    """The credential that a finding is a place of."""
    parts = {role: part.reveal() for role, part in finding.parts.items()}
    return Credential(finding.detector, tuple(sorted({**parts, "secret": finding.secret.reveal()}.items())))


class Verifier:
    """Asks issuers. What was asked once is not asked again."""

    def __init__(
        self,
        providers: Iterable[Provider],
        options: Options | None = None,
        *,
        resolver: Resolver | None = None,
        trust: SSLContext | None = None,
    ) -> None:
        """`resolver` and `trust` stand for the system's own; ConfigError where the options name what is no host."""
        self._options = options or Options()
        self._types = {kind.id: (provider, kind) for provider in providers for kind in provider.types}
        self._own = _own_hosts(self._options, {provider.id for provider, _ in self._types.values()})
        self._wire = Wire(self._options.limits, Allowed(self._options.allow), resolver, trust)
        self._pace = Pace(self._options.limits)
        self._known: dict[Credential, Evidence] = {}

    def findings(self, findings: Sequence[Finding], progress: Progress = lambda *_: None) -> None:
        """Check what the findings are places of, and put the validity and its evidence into each of them."""
        credentials = [credential(finding) for finding in findings]
        checked = self.check(credentials, progress)
        for finding, one in zip(findings, credentials, strict=True):
            finding.evidence = checked[one]
            finding.validity = checked[one].validity

    def check(
        self, credentials: Iterable[Credential], progress: Progress = lambda *_: None
    ) -> dict[Credential, Evidence]:
        """What checking each credential comes to."""
        wanted = _mixed(one for one in dict.fromkeys(credentials) if one not in self._known)
        pool = ThreadPoolExecutor(self._options.limits.workers)
        try:
            for done, (one, evidence) in enumerate(zip(wanted, pool.map(self._check, wanted), strict=True), 1):
                self._known[one] = evidence
                progress(done, len(wanted))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return self._known

    def _check(self, one: Credential) -> Evidence:
        provider, kind = self._types.get(one.detector, (None, None))
        if provider is None or kind is None or kind.verify is None:
            return Evidence(Validity.NOT_CHECKABLE)
        if kind.verify.effect != "read" and not self._options.probe:
            return Evidence(Validity.NOT_CHECKED, "its check tries a change that is bound to fail: --probe runs it")
        parts = dict(one.parts)
        if any("********" in value for value in parts.values()):
            return Evidence(Validity.UNKNOWN, "the value is masked")
        return self._ask(kind, parts, self._own.get(provider.id, []))

    def _ask(self, kind: CredentialType, parts: Parts, own: list[str]) -> Evidence:
        """Ask place after place until one of them knows the credential."""
        assert kind.verify is not None
        attempts: list[Attempt] = []
        verdicts: list[Verdict] = []
        calls = [call for call in kind.verify.calls if concerns(call, parts)]
        for call in calls:
            for ready in requests(call, parts, own):
                verdict, attempt = self._attempt(call, ready, parts)
                attempts.append(attempt)
                verdicts.append(verdict)
                if verdict.validity is Validity.VALID:
                    return _evidence(verdict, attempts)
        if not verdicts:
            return Evidence(Validity.UNKNOWN, "no call is known for credentials of this form")
        unsure = [verdict for verdict in verdicts if verdict.validity is not Validity.INVALID]
        if not unsure and kind.verify.elsewhere and not own:
            unsure = [
                Verdict(Validity.UNKNOWN, "not known there; name a server of your own in [verify.hosts] or --host")
            ]
        return _evidence(unsure[0] if unsure else verdicts[0], attempts)

    def _attempt(self, call: Call, ready: Ready, parts: Parts) -> tuple[Verdict, Attempt]:
        if ready.request is None:
            return Verdict(Validity.UNKNOWN, ready.reason), Attempt(ready.shown, None, ready.reason)
        expected, body = statuses(call), needs_body(call)
        for again in (True, False):
            try:
                with self._pace.turn(ready.host):
                    answer = self._wire.send(ready.request, expected=expected, body=body)
            except NoAnswer as error:
                return Verdict(Validity.UNKNOWN, str(error)), Attempt(ready.shown, None, str(error))
            seconds = rate_limited(answer)
            if seconds is None or not self._pace.hush(ready.host, seconds) or not again:
                break
        verdict = judge(call, answer, parts)
        return verdict, Attempt(ready.shown, answer.status, _outcome(verdict))


def _mixed(credentials: Iterable[Credential]) -> list[Credential]:
    """Those of one issuer not all in a row: while it has to be waited for, others can be asked."""
    counts: Counter[str] = Counter()
    order = []
    for one in credentials:
        order.append((counts[one.detector], one))
        counts[one.detector] += 1
    return [one for _, one in sorted(order, key=lambda place: place[0])]


def _outcome(verdict: Verdict) -> str:
    return f"{verdict.validity}: {verdict.reason}" if verdict.reason else str(verdict.validity)


def _evidence(verdict: Verdict, attempts: list[Attempt]) -> Evidence:
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return Evidence(verdict.validity, verdict.reason, dict(verdict.identity), verdict.can, tuple(attempts), moment)


def _own_hosts(options: Options, providers: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for provider, hosts in options.hosts.items():
        if provider not in providers:
            raise ConfigError(f"verify.hosts: no provider is called {provider!r}")
        for host in hosts:
            try:
                found.setdefault(provider, []).append(base(host))
            except ValueError:
                raise ConfigError(f"verify.hosts: {host!r} is no host, such as gitlab.example.com:8443") from None
    return found
