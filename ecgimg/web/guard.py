"""What stands before every request: host, origin, token, rate, security headers, and a log without names.

- Host: an address, a name of this machine, or a name that was given. A name of somebody else's that resolves to this
  machine (DNS rebinding) is refused.
- Origin: what a browser sends from another site is refused. A request that changes something and comes from a browser
  also needs the token against forgery, which the page has from its cookie.
- Token: on every address but the machine's own, from the header, or from the cookie that the first address sets.
"""

from __future__ import annotations

import secrets
import socket
from asyncio import timeout
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from time import monotonic, perf_counter
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecgimg.web.limits import WEB, WebConstants

TOKEN_COOKIE = "ecgimg_token"
FORGERY_COOKIE = "ecgimg_csrf"
FORGERY_HEADER = "x-csrf-token"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "x-frame-options": "DENY",
}
MAX_CLIENTS = 10_000
"""Clients whose rate is remembered."""


@dataclass
class _Allowance:
    """Requests that a client has left, and when that was counted."""

    left: float
    at: float


class _Body:
    """What a client sends. A refusal waits for its end: a client whose sending is cut off never reads the answer."""

    def __init__(self, receive: Receive, limits: WebConstants) -> None:
        self._receive = receive
        self._limits = limits
        self._has_ended = False
        self._bytes = 0

    async def receive(self) -> Message:
        """The next message of the client."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        self._has_ended = not message.get("more_body", False)
        return message

    async def discard_rest(self) -> None:
        """Reads to the end, or as much and as long as an upload may take."""
        with suppress(TimeoutError):
            async with timeout(self._limits.max_upload_s):
                while not self._has_ended and self._bytes <= self._limits.max_upload_bytes:
                    await self.receive()


class Guard:
    """ASGI middleware, see the module.

    Args:
        app: what is guarded.
        token: what clients must give; empty where none is needed.
        names: names of the server, beside addresses and the machine's own.
        log: called with one line for each request.
        limits: requests a minute, bytes and seconds of a body that is thrown away.
    """

    def __init__(
        self, app: ASGIApp, token: str, names: tuple[str, ...], log: Callable[[str], None], limits: WebConstants = WEB
    ) -> None:
        self._app = app
        self._token = token
        own = socket.gethostname().lower()
        self._names = {"localhost", own, f"{own}.local", *(name.lower() for name in names)}
        self._log = log
        self._limits = limits
        self._per_minute = limits.client_requests_per_minute
        self._clients: OrderedDict[str, _Allowance] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500
        headers, cookies = Headers(scope=scope), _cookies(Headers(scope=scope))
        body = _Body(receive, self._limits)

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope, cookies)
                if status >= 400 and _has_body(headers):
                    await body.discard_rest()
            await send(message)

        try:
            answer = self._refusal(scope, headers, cookies) or self._login(scope, headers, cookies) or self._app
            await answer(scope, body.receive, send_guarded)
        finally:
            route = getattr(scope.get("route"), "path", "-")  # never the path itself: who has an id can see the page
            self._log(f"{scope['method']} {route} {status} {1000 * (perf_counter() - start):.0f} ms")

    def _refusal(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> ASGIApp | None:
        if not self._knows_host(headers.get("host", "")):
            return _refuse(403, "this server is not known by that name; start it with --name to allow it")
        if not self._has_allowance((scope.get("client") or ("",))[0]):
            return _refuse(429, "too many requests; wait a minute", {"retry-after": "60"})
        if not _is_same_site(headers):
            return _refuse(403, "requests from other sites are not allowed")
        if scope["method"] in ("POST", "PUT", "PATCH", "DELETE") and not _is_meant(headers, cookies):
            return _refuse(403, "the page's token against forgery is missing; load the page again")
        return None

    def _login(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> ASGIApp | None:
        """Asks for the token where one is needed; takes it from the first address into a cookie."""
        if not self._token:
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and _is_equal(given, self._token):
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(TOKEN_COOKIE, given, httponly=True, samesite="strict", secure=scope["scheme"] == "https")
            return answer
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if _is_equal(bearer, self._token) or _is_equal(cookies.get(TOKEN_COOKIE, ""), self._token):
            return None
        if scope["path"] in ("/health", "/ready"):
            return None
        return _refuse(401, "a token is needed: open the address that `ecgimg serve` printed, or send it as Bearer")

    def _add_headers(self, message: Message, scope: Scope, cookies: dict[str, str]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("cache-control", "no-store")
        if scope["path"] == "/" and message["status"] == 200 and FORGERY_COOKIE not in cookies:
            secure = "; Secure" if scope["scheme"] == "https" else ""
            value = f"{FORGERY_COOKIE}={secrets.token_urlsafe(18)}; Path=/; SameSite=Strict{secure}"
            headers.append("set-cookie", value)

    def _knows_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._names or _is_address(name)

    def _has_allowance(self, client: str) -> bool:
        """Whether a client has a request left; each second gives some back."""
        now = monotonic()
        one = self._clients.setdefault(client, _Allowance(self._per_minute, now))
        self._clients.move_to_end(client)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        one.left = min(self._per_minute, one.left + (now - one.at) * self._per_minute / 60)
        one.at = now
        if one.left < 1:
            return False
        one.left -= 1
        return True


def _is_same_site(headers: Headers) -> bool:
    """Whether a request comes from this page, from the user, or from no browser."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return headers.get("sec-fetch-mode") == "navigate"  # a link to the page; what changes something is no link
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _is_meant(headers: Headers, cookies: dict[str, str]) -> bool:
    """Whether a browser's request has the page's token; programs that are no browser send no cookie and no origin."""
    if headers.get("sec-fetch-mode") == "navigate":
        return False
    if headers.get("authorization", "").startswith("Bearer "):  # no browser sends it by itself
        return True
    if FORGERY_COOKIE not in cookies and "origin" not in headers and "sec-fetch-site" not in headers:
        return True
    return bool(cookies.get(FORGERY_COOKIE)) and _is_equal(headers.get(FORGERY_HEADER, ""), cookies[FORGERY_COOKIE])


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_equal(given: str, right: str) -> bool:
    return secrets.compare_digest(given.encode(), right.encode())


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _refuse(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status, headers)
