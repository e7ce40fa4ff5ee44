"""Sample findings and reports; every secret is made up while the tests run."""

import random
import string

from hypothesis import strategies as st

from stanch.model import (
    Attempt,
    Confidence,
    Coverage,
    Evidence,
    Finding,
    Occurrence,
    Rejected,
    Report,
    Secret,
    Severity,
    Skip,
    Suppression,
    Validity,
    mask,
)

COMMIT = "1a2b3c4d" * 5
EVIDENCE = Evidence(
    Validity.VALID,
    identity={"account": "Bakery"},
    can=("read orders", "change orders"),
    attempts=(Attempt("GET https://api.example.com/me", 200, "valid"),),
    moment="2026-02-03T04:05:06+00:00",
)


def secret(seed: int, prefix: str = "nt" + "n_") -> str:
    """A value of a plausible form that nobody issued."""
    rng = random.Random(seed)
    return prefix + "".join(rng.choices(string.ascii_letters + string.digits, k=46))


def finding(seed: int = 1, **changes: object) -> Finding:
    """A finding with everything in it that is usual; `changes` replace fields."""
    value = secret(seed)
    fields: dict[str, object] = {
        "detector": "notion-integration-token",
        "provider": "notion",
        "name": "Notion integration token",
        "severity": Severity.HIGH,
        "confidence": Confidence.HIGH,
        "secret": Secret(value),
        "fingerprint": f"{random.Random(seed).getrandbits(128):032x}",
        "target": ".",
        "path": "src/settings.py",
        "line": 12,
        "column": 17,
        "end_line": 12,
        "end_column": 17 + len(value),
        "excerpt": f'    notion_token = "{mask(value)}"',
        "commit": COMMIT,
        "author": "Jane Doe",
        "email": "jane@example.com",
        "date": "2026-01-31T12:00:00+01:00",
        "in_head": True,
        "refs": ("refs/heads/main",),
        "playbook": "stanch playbook notion-integration-token",
        "advice": "Create a new token in the integration's settings, move the services to it, then confirm that "
        "the old one answers 401.",
    }
    return Finding(**{**fields, **changes})  # type: ignore[arg-type]


def full_report() -> Report:
    """A report that has some of everything."""
    aws = secret(7, "AK" + "IA")
    cloud: dict[str, object] = {
        "detector": "aws-access-key",
        "provider": "aws",
        "name": "AWS access key",
        "severity": Severity.CRITICAL,
        "secret": Secret(aws),
        "playbook": "stanch playbook aws-access-key",
        "advice": "Deactivate the key in IAM, watch CloudTrail for its use, then delete it.",
        "excerpt": f"AWS_SECRET={mask(aws)}",
    }
    password = secret(9, "")[:10]
    findings = [
        finding(),
        finding(path="old/settings.py", line=3, in_head=False, count=4, date="2024-05-01T00:00:00Z"),
        finding(
            7,
            **cloud,
            path="deploy/prod.env",
            validity=Validity.VALID,
            evidence=EVIDENCE,
            parts={"id": Secret(secret(8))},
        ),
        finding(
            3,
            path="backup.tar.gz!etc/app/config.yaml",
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            decoded=("base64", "gzip"),
            commit=None,
            author=None,
            email=None,
            date=None,
            in_head=None,
            refs=(),
        ),
        finding(
            4,
            detector="password",
            provider="generic",
            name="Password",
            severity=Severity.LOW,
            confidence=Confidence.LOW,
            secret=Secret(password),
            path="docs/guide.md",
            excerpt=f"password: {mask(password)}",
            playbook="",
            advice="",
            validity=Validity.NOT_CHECKABLE,
            occurrences=(Occurrence("docs/guide.md", 12, 17, 12, 27, COMMIT),),
            last=Occurrence("docs/guide.md", 14, 17, 14, 27, COMMIT[::-1], "Jane Doe", "2026-02-01T00:00:00Z"),
        ),
    ]
    suppressed = [
        finding(5, path="tests/data.py", suppressed=Suppression("baseline")),
        finding(6, path="x.py", suppressed=Suppression("inline", "a test value", "Jane Doe", "2027-01-01")),
    ]
    coverage = Coverage(files=120, bytes=5_600_000, blobs=880, commits=40, tags=2, entries=31)
    coverage.skip("big.zip", "more than 100 levels of archives")
    coverage.skip("run/app.sock", "a socket", harmless=True)
    coverage.note("2 submodules were not scanned: vendor/a, vendor/b")
    return Report(
        ["."],
        findings,
        suppressed,
        hidden=3,
        coverage=coverage,
        rejected=[Rejected("password", "placeholder", "README.md", 4, "********")],
        warnings=["stanch.toml: ignore rule 2 expired on 2026-01-01"],
        catalog="c" * 64,
    )


def clean_report() -> Report:
    return Report(["."], coverage=Coverage(files=12, bytes=3400))


def incomplete_report() -> Report:
    report = clean_report()
    report.coverage.skip("locked.txt", "permission denied")
    return report


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "a\x1b[2J\x1b]0;owned\x07b",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    "  @SUM(A1)",
    "two\r\nlines\u2028and\u0085more",
    "\u202egnp.exe\u2066\u200b",
    "\x00\x01\x7f\x9b31m\ufffe\uffff",
    "\udcff\ud800 caf\u00e9 \U0001f600",
    "a|b`c``d\\|e @octocat #1 [x](http://evil.example) ![y](z) www.evil.example",
    "]]> &amp; {{0}} {0} %s %2e%2e/../",
    "//evil.example/x",
    "javascript:alert(1)",
    "",
)
"""Strings that have broken outputs somewhere."""

anything = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.text(st.characters(), max_size=20))
"""Any text at all, unpaired surrogates included."""
_optional = st.none() | anything
_places = st.integers(1, 2**31)

_suppressions = st.builds(Suppression, anything, anything, anything, anything)
_occurrences = st.builds(Occurrence, anything, _places, _places, _places, _places, _optional, _optional, _optional)
# Values that cannot occur in other text by chance, so that a test can look for them.
_secrets = st.integers(0, 2**32).map(lambda seed: Secret(secret(seed, "s3" + "cr3t")))

_evidence = st.builds(
    Evidence,
    validity=st.sampled_from(Validity),
    reason=anything,
    identity=st.dictionaries(anything, anything, max_size=2),
    can=st.lists(anything, max_size=2).map(tuple),
    attempts=st.lists(st.builds(Attempt, anything, st.none() | st.integers(100, 599), anything), max_size=2).map(tuple),
    moment=anything,
)

findings = st.builds(
    Finding,
    detector=anything,
    provider=anything,
    name=anything,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    secret=_secrets,
    fingerprint=anything,
    target=anything,
    path=anything,
    line=_places,
    column=_places,
    end_line=_places,
    end_column=_places,
    excerpt=anything,
    parts=st.dictionaries(anything, _secrets, max_size=2),
    commit=_optional,
    author=_optional,
    email=_optional,
    date=_optional,
    in_head=st.none() | st.booleans(),
    refs=st.lists(anything, max_size=2).map(tuple),
    validity=st.sampled_from(Validity),
    evidence=st.none() | _evidence,
    decoded=st.lists(anything, max_size=2).map(tuple),
    playbook=anything,
    advice=anything,
    count=st.integers(1, 10**6),
    last=st.none() | _occurrences,
    occurrences=st.lists(_occurrences, max_size=1).map(tuple),
)


@st.composite
def _coverages(draw: st.DrawFn) -> Coverage:
    coverage = Coverage(
        files=draw(st.integers(0, 10**9)),
        bytes=draw(st.integers(0, 10**15)),
        commits=draw(st.integers(0, 10**6)),
        skipped=draw(st.lists(st.builds(Skip, anything, anything, st.booleans()), max_size=3)),
        skipped_more=draw(st.integers(0, 5)),
        notes=draw(st.lists(anything, max_size=2)),
    )
    coverage.lost = draw(st.booleans()) or any(not skip.harmless for skip in coverage.skipped)
    return coverage


@st.composite
def _suppressed(draw: st.DrawFn) -> Finding:
    found = draw(findings)
    found.suppressed = draw(_suppressions)
    return found


reports = st.builds(
    Report,
    st.lists(anything, max_size=3),
    findings=st.lists(findings, max_size=3),
    suppressed=st.lists(_suppressed(), max_size=2),
    hidden=st.integers(0, 5),
    coverage=_coverages(),
    rejected=st.lists(st.builds(Rejected, anything, anything, anything, _places, anything), max_size=2),
    warnings=st.lists(anything, max_size=2),
    catalog=anything,
)
"""Reports with any text in every field."""


def secrets_of(report: Report) -> list[str]:
    """Every value in it that must not be shown unasked."""
    found = [*report.findings, *report.suppressed]
    return [value.reveal() for f in found for value in (f.secret, *f.parts.values())]
