"""One exchange with an issuer: a request goes out, an answer comes back, and nothing else happens.

Each call has a connection of its own, to an address that was checked. There are no cookies, no proxies of the
environment, no decoding of compressed answers, and certificates are always checked. `httpcore2` speaks HTTP.
"""

import logging
import ssl
import time
from collections.abc import Iterable
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore2
import msgspec

from stanch.errors import ConfigError
from stanch.verify.address import Allowed, Endpoint, Resolver, permitted, resolve
from stanch.verify.options import Limits
from stanch.verify.trouble import NoAnswer

# What goes over the wire is nobody's to log, whatever level the program around this sets.
for _name in ("httpcore2.connection", "httpcore2.http11"):
    logging.getLogger(_name).disabled = True

_REDIRECTS = {301: ("GET", "HEAD"), 302: ("GET", "HEAD"), 307: ("GET", "HEAD", "POST"), 308: ("GET", "HEAD", "POST")}
"""The statuses that are followed, and with which methods; others would change the method."""
_ADDRESSES = 3
"""How many of a host's addresses are tried."""


class Request(msgspec.Struct, frozen=True):
    """What is sent."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method} {urlsplit(self.url).hostname})"


class Answer(msgspec.Struct, frozen=True):
    """What came back; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes | None
    """Nothing where it was not asked for, is larger than is read, or broke off."""

    def __repr__(self) -> str:
        return f"Answer({self.status})"


class Wire:
    """Sends requests within limits, and only to where they may go."""

    def __init__(
        self,
        limits: Limits,
        allowed: Allowed,
        resolver: Resolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`resolver` and `trust` stand for the system's own; ConfigError where certificates cannot be read."""
        self._limits = limits
        self._allowed = allowed
        self._resolver = resolver
        try:
            self._trust = trust or httpcore2.default_ssl_context()
        except OSError as error:
            names = "SSL_CERT_FILE or SSL_CERT_DIR"
            raise ConfigError(f"the certificates that {names} names cannot be read: {error.strerror}") from None

    def send(self, request: Request, *, expected: Iterable[int] = (), body: bool = True) -> Answer:
        """The answer to a request; NoAnswer says why there is none.

        A redirect is followed where it stays with the host and its status is not among those `expected`. Without
        `body` nothing of the answer is read but its status and headers.
        """
        deadline = time.monotonic() + self._limits.total
        for _ in range(self._limits.redirects + 1):
            answer = self._once(request, deadline, body=body)
            if not 300 <= answer.status < 400 or answer.status in expected:
                return answer
            request = _redirected(request, answer)
        raise NoAnswer("redirected too many times")

    def _once(self, request: Request, deadline: float, *, body: bool) -> Answer:
        url = urlsplit(request.url)
        host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        limits = self._limits
        seconds = min(limits.connect, deadline - time.monotonic())
        endpoints = permitted(host, port, self._allowed, self._resolver or resolve, seconds)
        guarded = _Guarded(endpoints, deadline)
        timeouts = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.connect}
        try:
            origin = httpcore2.URL(request.url).origin
            with (
                httpcore2.HTTPConnection(origin, ssl_context=self._trust, network_backend=guarded) as connection,
                connection.stream(
                    request.method,
                    request.url,
                    headers=[*request.headers.items(), ("Connection", "close"), ("Accept-Encoding", "identity")],
                    content=request.content if request.method == "POST" else None,
                    extensions={"timeout": timeouts},
                ) as response,
            ):
                headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                content = _bounded(response, limits.size) if body and request.method != "HEAD" else None
                return Answer(response.status, headers, content)
        except Exception as error:  # whatever a hostile server brings libraries to, it is no answer
            raise NoAnswer(_why(error, host, deadline, limits)) from None


def _bounded(response: httpcore2.Response, size: int) -> bytes | None:
    """The body, or nothing if it is larger than `size` or is not there to its end."""
    pieces, length = [], 0
    stream = response.stream
    assert isinstance(stream, Iterable)
    try:
        for piece in stream:
            pieces.append(piece)
            length += len(piece)
            if length > size:
                return None
    except httpcore2.RemoteProtocolError:
        return None
    return b"".join(pieces)


def _redirected(request: Request, answer: Answer) -> Request:
    """The request once more, to where the answer points, if that is still the same host."""
    location = answer.headers.get("location", "")
    host = urlsplit(request.url).hostname
    if not location or not location.isascii() or not location.isprintable() or " " in location:
        raise NoAnswer(f"{host} answered {answer.status} without a place to go to")
    try:
        target = urlsplit(urljoin(request.url, location))
        same = _origin(target) == _origin(urlsplit(request.url))
    except ValueError:
        raise NoAnswer(f"{host} redirected to what is no address") from None
    if not same:
        raise NoAnswer(f"{host} redirected elsewhere, which is not followed")
    if request.method not in _REDIRECTS.get(answer.status, ()):
        raise NoAnswer(f"{host} redirected with {answer.status}, which is not followed")
    return msgspec.structs.replace(request, url=target._replace(fragment="").geturl())


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    default = {"https": 443, "http": 80}.get(url.scheme)
    if url.username is not None or url.password is not None:
        return "", None, None
    return url.scheme, url.hostname, url.port or default


def _why(error: Exception, host: str, deadline: float, limits: Limits) -> str:
    """What went wrong, in words that hold nothing of what was sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError):
            return f"no TLS with {host}: {cause.reason or 'it broke off'}"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refused the connection"
        cause = cause.__cause__
    if isinstance(error, httpcore2.TimeoutException):
        seconds = limits.total if time.monotonic() >= deadline else limits.read
        if isinstance(error, httpcore2.ConnectTimeout) and time.monotonic() < deadline:
            seconds = limits.connect
        return f"{host} did not answer within {seconds:g} seconds"
    if isinstance(error, httpcore2.ConnectError):
        return f"no connection to {host}"
    if isinstance(error, httpcore2.LocalProtocolError):
        return "the value cannot be sent: it holds characters that no header may have"
    if isinstance(error, httpcore2.RemoteProtocolError | httpcore2.NetworkError):
        return f"{host} broke off, or answered with what is no HTTP"
    return f"{host} could not be asked ({type(error).__name__})"


class _Guarded(httpcore2.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name may lead to by now, within the deadline."""

    def __init__(self, endpoints: list[Endpoint], deadline: float) -> None:
        self._endpoints = endpoints
        self._deadline = deadline
        self._system = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was looked up before
        port: int,  # noqa: ARG002
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        *others, last = self._endpoints[:_ADDRESSES]
        for one in others:
            try:
                return self._connect(one, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(last, timeout, local_address, socket_options)

    def _connect(
        self,
        endpoint: Endpoint,
        timeout: float | None,
        local_address: str | None,
        options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.NetworkStream:
        seconds = _left(self._deadline, timeout, httpcore2.ConnectTimeout)
        stream = self._system.connect_tcp(str(endpoint.address), endpoint.port, seconds, local_address, options)
        return _Timed(stream, self._deadline)


class _Timed(httpcore2.NetworkStream):
    """A stream that ends at a deadline, however many small pieces keep coming."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            seconds = _left(self._deadline, timeout, httpcore2.ConnectTimeout)
            return _Timed(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, late: type[Exception]) -> float:
    """The seconds that an operation may take; raises `late` if there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise late
    return left if timeout is None else min(left, timeout)
