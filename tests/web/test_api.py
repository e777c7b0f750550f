"""The HTTP API over made up readings: pages, results, corrections, files, limits."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import made_corrections
import pytest
from fastapi.testclient import TestClient
from web_doubles import Readings, picture, running

from ecgimg.schemas.report import ReportResult
from ecgimg.schemas.web import PageDrawing
from ecgimg.web.app import create_app
from ecgimg.web.folder import PREFIX
from ecgimg.web.limits import WEB, WebConstants
from ecgimg.web.options import ServeOptions

LIVE = ("waiting", "reading")


@contextmanager
def server(
    folder: Path, limits: WebConstants = WEB, log: Callable[[str], None] = lambda line: None, **options: object
) -> Iterator[TestClient]:
    made = ServeOptions(folder=folder, **options)  # type: ignore[arg-type]
    with TestClient(create_app(made, log, limits), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def client(readings: Readings, tmp_path: Path) -> Iterator[TestClient]:
    with server(tmp_path) as one:
        yield one


def send(client: httpx.Client, data: bytes | None = None, **settings: str) -> dict:
    answer = client.post("/api/pages", content=picture() if data is None else data, params=settings)
    assert answer.status_code == 202, answer.text
    return answer.json()


def read(client: httpx.Client, data: bytes | None = None, **settings: str) -> dict:
    return ended(client, send(client, data, **settings)["id"])


def ended(client: httpx.Client, id: str) -> dict:
    deadline = time.monotonic() + 20
    while (state := client.get(f"/api/pages/{id}").json())["status"] in LIVE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return state


def correct(client: TestClient, id: str, *changes: dict, **page: object) -> dict:
    source = client.get(f"/api/pages/{id}/report").json()["source"]
    of = {name: source[name] for name in ("sha256", "page", "width", "height")} | page
    answer = client.post(f"/api/pages/{id}/corrections", json=made_corrections.content(*changes, page=of))
    assert answer.status_code == 202, answer.text
    return ended(client, id)


def test_a_page_is_read_and_its_results_are_those_of_the_json_files(client: TestClient) -> None:
    state = read(client)
    assert (state["status"], state["revision"], state["problem"]) == ("done", 1, "")
    where = f"/api/pages/{state['id']}"
    report = ReportResult.model_validate_json(client.get(f"{where}/report").text)
    assert report.findings[0].code == "AFIB"
    assert report.source.file == "the picture"
    drawing = PageDrawing.model_validate_json(client.get(f"{where}/drawing").text)
    assert (drawing.width, drawing.height, drawing.leading[0].letter) == (600, 400, "A")
    assert {curve.lead for curve in drawing.curves} <= set(drawing.leads)
    assert client.get(f"{where}/photo").headers["content-type"] == "image/jpeg"


def test_every_file_can_be_had_alone_and_in_the_zip(client: TestClient) -> None:
    state = read(client)
    sizes = {}
    for name in state["files"]:
        answer = client.get(f"/api/pages/{state['id']}/files/{name}")
        assert answer.status_code == 200, name
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        sizes[name] = answer.content
    assert {"report.pdf", "report.html", "report.json", "wfdb.zip", "ecg.csv", "overlay.png", "all.zip"} <= sizes.keys()
    assert sizes["report.pdf"].startswith(b"%PDF-")
    german = client.get(f"/api/pages/{state['id']}/files/report.html", params={"language": "de"}).text
    assert '<html lang="de"' in german
    assert '<html lang="en"' in sizes["report.html"].decode()
    with zipfile.ZipFile(BytesIO(sizes["all.zip"])) as archive:
        assert {*archive.namelist()} == {*state["files"]} - {"all.zip"}
        assert archive.read("ecg.csv") == sizes["ecg.csv"]


def test_the_events_end_with_the_result(client: TestClient, readings: Readings) -> None:
    readings.pause_s = 0.02
    id = send(client)["id"]
    with client.stream("GET", f"/api/pages/{id}/events") as stream:
        states = [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]
    assert states[-1]["status"] == "done"
    done = [state["done"] for state in states]
    assert done == sorted(done)
    assert len({state["step"] for state in states}) > 3


def test_a_page_that_nothing_can_be_read_on_is_refused_with_its_report(client: TestClient) -> None:
    state = read(client, picture((500, 400)))
    assert state["status"] == "refused"
    assert state["problem"]
    assert client.get(f"/api/pages/{state['id']}/report").json()["read_by"] == "nothing"
    assert "ecg.csv" not in state["files"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no picture at all", "a text file"),
        (picture()[:300], "damaged or cut short"),
        (b"\xff\xd8\xff" + b"\0" * 100, "damaged or cut short"),
    ],
)
def test_what_can_t_be_read_has_a_sentence_without_a_path(
    client: TestClient, tmp_path: Path, data: bytes, words: str
) -> None:
    state = read(client, data)
    assert state["status"] == "failed"
    assert words in state["problem"]
    assert str(tmp_path) not in state["problem"]
    assert client.get(f"/api/pages/{state['id']}/report").status_code == 404


def test_a_picture_of_too_many_pixels_is_refused(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, replace(WEB, max_pixels=1000)) as client:
        assert "million pixels" in read(client)["problem"]


def test_corrections_are_applied_and_undone(client: TestClient) -> None:
    id = read(client)["id"]
    state = correct(client, id, {"kind": "exchange", "leads": ["V1", "V2"]})
    assert (state["status"], state["revision"], state["problem"]) == ("done", 2, "")
    assert "corrections.json" in state["files"]
    where = f"/api/pages/{id}"
    assert client.get(f"{where}/report").json()["settings"]["corrections"]["changes"][0]["kind"] == "exchange"
    assert client.get(f"{where}/corrections").json() == client.get(f"{where}/files/corrections.json").json()
    undone = correct(client, id)
    assert (undone["revision"], "corrections.json" in undone["files"]) == (3, False)
    assert client.get(f"{where}/corrections").json()["changes"] == []


def test_corrections_that_can_t_be_applied_leave_the_page_as_it_was(client: TestClient) -> None:
    id = read(client)["id"]
    state = correct(client, id, {"kind": "rename", "lead": "I", "to": "II"}, sha256="1" * 64)
    assert (state["status"], state["revision"]) == ("done", 1)
    assert "another page" in state["problem"]
    assert client.get(f"/api/pages/{id}/corrections").json()["changes"] == []
    answer = client.post(f"/api/pages/{id}/corrections", content=b'{"changes": [{"kind": "no such"}]}')
    assert answer.status_code == 422
    assert "page" in answer.json()["detail"]


def test_a_page_that_is_being_read_can_t_be_corrected(client: TestClient, readings: Readings) -> None:
    readings.may_go_on.clear()
    id = send(client)["id"]
    assert client.post(f"/api/pages/{id}/corrections", json={}).status_code == 409
    readings.may_go_on.set()
    assert ended(client, id)["status"] == "done"


def test_deleting_removes_every_file(client: TestClient, tmp_path: Path) -> None:
    id = read(client)["id"]
    assert [*tmp_path.glob(f"{PREFIX}*/{id}")]
    assert client.delete(f"/api/pages/{id}").status_code == 204
    assert not [*tmp_path.glob(f"{PREFIX}*/*")]
    for path in ("", "/report", "/photo", "/files/all.zip"):
        assert client.get(f"/api/pages/{id}{path}").status_code == 404


def test_a_page_is_deleted_when_its_time_is_over(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, replace(WEB, sweep_s=0.02), keep_minutes=0.002) as client:
        id = send(client)["id"]
        deadline = time.monotonic() + 20
        while client.get(f"/api/pages/{id}").status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert not [*tmp_path.glob(f"{PREFIX}*/*")]


def test_a_full_queue_is_answered_with_429_and_a_sentence(readings: Readings, tmp_path: Path) -> None:
    readings.may_go_on.clear()
    with server(tmp_path, replace(WEB, max_waiting=2)) as client:
        ids = [send(client)["id"] for _ in range(2)]
        full = client.post("/api/pages", content=picture())
        assert (full.status_code, "waiting" in full.json()["detail"]) == (429, True)
        assert client.get(f"/api/pages/{ids[1]}").json()["ahead"] == 1
        readings.may_go_on.set()
        assert [ended(client, id)["status"] for id in ids] == ["done", "done"]


def test_one_client_can_t_take_the_whole_queue(readings: Readings, tmp_path: Path) -> None:
    readings.may_go_on.clear()
    with server(tmp_path, replace(WEB, client_waiting=1)) as client:
        send(client)
        second = client.post("/api/pages", content=picture())
        assert (second.status_code, "one client" in second.json()["detail"]) == (429, True)
        readings.may_go_on.set()


def test_an_upload_has_a_limit_and_leaves_nothing_behind(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, replace(WEB, max_upload_bytes=1000)) as client:

        def chunks() -> Iterator[bytes]:
            yield from [b"\xff" * 400] * 5

        for content in (b"\xff" * 2000, chunks()):
            answer = client.post("/api/pages", content=content)  # type: ignore[arg-type]
            assert answer.status_code == 413
        assert client.post("/api/pages", content=b"").status_code == 422
        assert not [*tmp_path.glob(f"{PREFIX}*/*")]


def test_settings_are_checked(client: TestClient) -> None:
    for settings in ({"layout": "/etc/passwd.yaml"}, {"layout": "no"}, {"age": "200"}, {"page": "0"}, {"gain": "7"}):
        answer = client.post("/api/pages", content=picture(), params=settings)
        assert answer.status_code == 422, settings
        assert isinstance(answer.json()["detail"], str)
    assert read(client, page="7")["status"] == "failed"


def test_redacted_pages_have_a_photo_without_details(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path, photo="redacted") as client:
        id = read(client)["id"]
        assert client.get(f"/api/pages/{id}/report").json()["settings"]["photo"] == "redacted"
    with server(tmp_path) as client:
        id = read(client, redact="true", sex="female", age="60")["id"]
        settings = client.get(f"/api/pages/{id}/report").json()["settings"]
        assert (settings["photo"], settings["sex"], settings["age"]) == ("redacted", "female", 60)


def test_no_address_leads_out_of_the_lists_of_files(client: TestClient) -> None:
    id = read(client)["id"]
    for path in ("content", "..%2ftraced", "%2e%2e/%2e%2e/etc/passwd", "report.json%00"):
        assert client.get(f"/api/pages/{id}/files/{path}").status_code == 404
    for path in ("/..%2fapp.py", "/static/app.js", "/%2e%2e/%2e%2e/etc/passwd"):
        assert client.get(path).status_code == 404


def test_two_clients_have_their_own_pages(client: TestClient) -> None:
    first, second = read(client, picture((600, 400))), read(client, picture((600, 300)))
    heights = [client.get(f"/api/pages/{one['id']}/drawing").json()["height"] for one in (first, second)]
    assert heights == [400, 300]
    assert len({first["id"], second["id"]}) == 2
    assert len(first["id"]) >= 32


def test_twenty_clients_at_once_lose_nothing(readings: Readings, tmp_path: Path) -> None:
    limits = replace(WEB, client_waiting=20, client_requests_per_minute=100_000)
    with running(ServeOptions(folder=tmp_path, jobs=4), limits) as address, ThreadPoolExecutor(20) as clients:

        def height_of(height: int) -> int:
            with httpx.Client(base_url=address, timeout=60) as one:
                state = read(one, picture((600, height)))
                return one.get(f"/api/pages/{state['id']}/drawing").json()["height"]

        heights = range(300, 320)
        assert [*clients.map(height_of, heights)] == [*heights]


def test_an_upload_that_is_under_way_counts_as_waiting(readings: Readings, tmp_path: Path) -> None:
    with running(ServeOptions(folder=tmp_path), replace(WEB, client_waiting=1)) as address:
        where = f"{address}/api/pages"

        def chunks() -> Iterator[bytes]:
            yield picture()[:100]
            assert httpx.post(where, content=picture()).status_code == 429
            yield picture()[100:]

        assert httpx.post(where, content=chunks()).status_code == 202


def test_the_log_has_no_ids_and_no_names(readings: Readings, tmp_path: Path) -> None:
    lines: list[str] = []
    with server(tmp_path, log=lines.append) as client:
        id = read(client, page="1")["id"]
        client.get(f"/api/pages/{id}/files/ecg.csv")
        client.get("/mrs-smith.jpg")
    assert any("/api/pages/{id}/files/{name} 200" in line for line in lines)
    assert not [line for line in lines if id in line or "smith" in line]


def test_the_api_describes_itself(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    paths = {f"{method.upper()} {path}" for path, methods in schema["paths"].items() for method in methods}
    assert {
        "POST /api/pages",
        "GET /api/pages/{id}",
        "GET /api/pages/{id}/events",
        "GET /api/pages/{id}/files/{name}",
        "POST /api/pages/{id}/corrections",
        "DELETE /api/pages/{id}",
        "GET /health",
        "GET /ready",
    } <= paths
    parts = schema["components"]["schemas"]
    assert parts["ReportResult"]["properties"].keys() == ReportResult.model_json_schema()["properties"].keys()


def test_the_server_is_healthy_and_ready(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready"}


def test_stopping_removes_the_temporary_folder(readings: Readings, tmp_path: Path) -> None:
    with server(tmp_path) as client:
        read(client)
        assert [*tmp_path.glob(f"{PREFIX}*")]
    assert not [*tmp_path.glob(f"{PREFIX}*")]
