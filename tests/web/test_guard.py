"""What stands before every request: hosts, other sites, tokens, rates, headers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from web_doubles import Readings, picture

from ecgimg.errors import UsageError
from ecgimg.options import LANGUAGES
from ecgimg.web.app import STATIC, create_app
from ecgimg.web.guard import FORGERY_COOKIE, Guard
from ecgimg.web.limits import WEB, WebConstants
from ecgimg.web.options import ServeOptions


@contextmanager
def server(folder: Path, limits: WebConstants = WEB, **options: object) -> Iterator[TestClient]:
    made = ServeOptions(folder=folder, **options)  # type: ignore[arg-type]
    with TestClient(create_app(made, limits=limits), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def client(readings: Readings, tmp_path: Path) -> Iterator[TestClient]:
    with server(tmp_path) as one:
        yield one


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:8000", 200), ("10.1.2.3", 200), ("ward.example", 403),
     ("localhost.evil.example", 403), ("", 403), ("[", 403)],
)  # fmt: skip
def test_only_names_of_the_server_are_answered(client: TestClient, host: str, status: int) -> None:
    assert client.get("/health", headers={"host": host}).status_code == status


def test_a_name_can_be_given(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, names=("ward.example",)) as client:
        assert client.get("/health", headers={"host": "ward.example:8000"}).status_code == 200


def test_other_sites_can_send_nothing(client: TestClient) -> None:
    def post(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/api/pages", content=picture(), headers=named).status_code

    assert post() == 202  # no browser
    assert post(origin="http://evil.example") == 403
    assert post(origin="null") == 403
    assert post(sec_fetch_site="cross-site", sec_fetch_mode="no-cors") == 403
    assert post(sec_fetch_site="same-site") == 403
    assert post(sec_fetch_site="cross-site", sec_fetch_mode="navigate") == 403


def test_a_browser_needs_the_token_of_the_page(client: TestClient) -> None:
    same = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
    client.get("/")
    token = client.cookies[FORGERY_COOKIE]
    assert client.post("/api/pages", content=picture(), headers=same).status_code == 403
    assert client.post("/api/pages", content=picture(), headers={**same, "x-csrf-token": "no"}).status_code == 403
    done = client.post("/api/pages", content=picture(), headers={**same, "x-csrf-token": token})
    assert done.status_code == 202
    assert client.delete(f"/api/pages/{done.json()['id']}", headers=same).status_code == 403
    client.cookies.clear()
    assert client.post("/api/pages", content=picture(), headers={**same, "x-csrf-token": ""}).status_code == 403


def test_other_addresses_need_a_token(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, host="0.0.0.0", token="secret-1") as client:
        assert client.get("/health").status_code == 200
        for path in ("/", "/app.js", "/api/pages/x", "/openapi.json"):
            assert client.get(path).status_code == 401
        assert client.get("/?token=wrong").status_code == 401
        bearer = {"authorization": "Bearer secret-1"}
        assert client.post("/api/pages", content=picture(), headers=bearer).status_code == 202
        assert client.get("/?token=secret-1", follow_redirects=False).headers["location"] == "/"
        assert client.get("/").status_code == 200
    with pytest.raises(UsageError, match="needs a token"):
        ServeOptions(host="0.0.0.0")


def test_a_client_that_asks_too_often_has_to_wait(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, replace(WEB, client_requests_per_minute=5)) as client:
        answers = [client.get("/health") for _ in range(7)]
        assert [one.status_code for one in answers[:5]] == [200] * 5
        assert answers[-1].status_code == 429
        assert answers[-1].headers["retry-after"]


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/app.js", "/api/pages/none", "/health"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get("/api/pages/none").headers["cache-control"] == "no-store"


def test_the_framework_reports_nothing_to_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    settings = getattr(create_app(ServeOptions()), "_telemetry", {})  # older versions have none
    assert [name for name, value in settings.items() if value] == []


def test_the_page_offers_every_language_of_reports() -> None:
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    offered = re.search(r"LANGUAGES = \{(.*?)\}", words)
    assert offered
    assert tuple(re.findall(r"(\w+):", offered[1])) == LANGUAGES


def test_the_page_is_small_and_names_no_other_server() -> None:
    files = [path for path in STATIC.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 300_000
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http:" not in text, path.name
        assert "https:" not in text, path.name
        assert "<style" not in text, path.name
        assert " style=" not in text, path.name


def test_the_service_worker_keeps_all_of_the_page_and_nothing_of_a_patient() -> None:
    worker = (STATIC / "sw.js").read_text(encoding="utf-8")
    names = {path.name for path in STATIC.iterdir()} - {"sw.js", "index.html"}
    assert [name for name in names if f'"/{name}"' not in worker] == []
    assert '"/api/' not in worker


def _order(status: int, limits: WebConstants = WEB) -> list[str]:
    """The order in which a body of three parts is taken and an answer sent that does not look at the body."""
    order: list[str] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("", status)(scope, receive, send)

    async def receive() -> Message:
        order.append("part")
        return {"type": "http.request", "body": b"12345", "more_body": order.count("part") < 3}

    async def send(message: Message) -> None:
        order.append(message["type"])

    headers = [(b"host", b"localhost"), (b"content-length", b"15")]
    scope = {"type": "http", "method": "POST", "path": "/api/pages", "query_string": b"", "headers": headers}
    guard = Guard(answer, "", (), lambda line: None, limits)
    with ThreadPoolExecutor(1) as own_thread:  # a browser of other tests may have a loop in this one
        own_thread.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    return order


def test_a_refusal_waits_for_the_end_of_the_upload() -> None:
    end = ["http.response.start", "http.response.body"]
    assert _order(429) == ["part"] * 3 + end
    assert _order(200) == end
    assert _order(429, replace(WEB, max_upload_bytes=8)) == ["part"] * 2 + end
