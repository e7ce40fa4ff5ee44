"""Signature Version 4 of Amazon Web Services, for the few headers that a check needs.

After https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

from stanch.verify.wire import Request

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed(
    request: Request,
    service: str,
    region: str,
    key_id: str,
    secret: str,
    token: str = "",
    *,
    moment: datetime | None = None,
) -> Request:
    """The request with what proves who sends it: the secret itself is not in it. The query must be empty."""
    moment = (moment or datetime.now(UTC)).astimezone(UTC)
    url = urlsplit(request.url)
    headers = {**request.headers, "Host": url.netloc, "X-Amz-Date": moment.strftime("%Y%m%dT%H%M%SZ")}
    if token:
        headers["X-Amz-Security-Token"] = token
    lowered = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in lowered)
    canonical = "\n".join(
        [
            request.method,
            url.path or "/",
            "",
            *(f"{name}:{value}" for name, value in lowered),
            "",
            names,
            hashlib.sha256(request.content).hexdigest(),
        ]
    )
    day = moment.strftime("%Y%m%d")
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join([_ALGORITHM, headers["X-Amz-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    headers["Authorization"] = f"{_ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return Request(request.method, request.url, headers, request.content)
