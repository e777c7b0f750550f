"""An S3 server on this machine's loopback, which may fail at a share of its calls."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import Request, urlopen

import numpy as np
import pytest


@dataclass
class S3:
    """A server with one bucket, `pages`. `failing` is the share of calls that it refuses, `failed` counts them."""

    endpoint: str
    failing: float = 0.0
    calls: int = 0
    failed: int = 0

    def put(self, name: str, data: bytes) -> str:
        """Writes an object and returns its URI."""
        import fsspec

        uri = f"s3://pages/{name}"
        with fsspec.open(uri, "wb") as file:
            file.write(data)
        return uri


@contextmanager
def serve_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A server, and an environment in which s3:// leads to it."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    import fsspec
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    app = DomainDispatcherApplication(create_backend_app)
    server = S3("")
    rng, lock = np.random.default_rng(0), threading.Lock()

    def answer(environ: dict, start_response: object) -> Iterable[bytes]:
        with lock:
            server.calls += 1
            is_failing = rng.random() < server.failing
            server.failed += is_failing
        if is_failing:
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])  # type: ignore[operator]
            return [b"slow down"]
        return app(environ, start_response)  # type: ignore[no-any-return]

    http = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.endpoint = f"http://127.0.0.1:{http.port}"
    for name, value in {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    urlopen(Request(f"{server.endpoint}/moto-api/reset", method="POST")).close()
    try:
        fsspec.filesystem("s3").mkdir("pages")
        yield server
    finally:
        fsspec.filesystem("s3").clear_instance_cache()
        http.shutdown()
        thread.join()
