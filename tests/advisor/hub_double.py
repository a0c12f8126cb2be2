"""A small server on loopback that answers like the Hub."""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

COMMIT = "a" * 40


@dataclass
class Repository:
    """One model or data set (datasets/owner/name): its files, and whether a licence has to be accepted."""

    files: dict[str, bytes]
    gated: bool = False
    tags: tuple[str, ...] = ()
    parameters: dict[str, int] = field(default_factory=dict)
    refused: tuple[int, dict[str, str], bytes] | None = None
    """Status, headers and body of the answer to everything."""


def answer_to(path: str, repositories: dict[str, Repository]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for one request."""
    path = path.split("?", maxsplit=1)[0]
    if path.startswith(("/api/models/", "/api/datasets/")):
        model_id, view, _ = re.fullmatch(r"/api/(?:models/)?(.+?)(?:/(revision|tree)/(.+))?", path).groups()  # type: ignore[union-attr]
        repository = repositories.get(model_id)
        if repository is None:
            return 401, {"X-Error-Code": "RepoNotFound"}, b"{}"
        if repository.refused is not None:
            return repository.refused
        if view == "tree":
            return 200, {"Content-Type": "application/json"}, _listed(repository.files)
        siblings = [{"rfilename": name, "size": len(data)} for name, data in repository.files.items()]
        body: dict[str, object] = {"id": model_id, "sha": COMMIT, "siblings": siblings}
        body |= {"tags": list(repository.tags), "gated": "manual" if repository.gated else False}
        if repository.parameters:
            total = sum(repository.parameters.values())
            body["safetensors"] = {"parameters": repository.parameters, "total": total}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()
    model_id, _, rest = path.strip("/").partition("/resolve/")
    repository = repositories.get(model_id)
    name = rest.split("/", 1)[-1]
    if repository is None:
        return 401, {"X-Error-Code": "RepoNotFound"}, b""
    if repository.gated:
        return 403, {"X-Error-Code": "GatedRepo"}, b""
    if name not in repository.files:
        return 404, {"X-Error-Code": "EntryNotFound"}, b""
    headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{abs(hash(name)):x}"', "Accept-Ranges": "bytes"}
    return 200, headers, repository.files[name]


def _listed(files: dict[str, bytes]) -> bytes:
    entries = [
        {"type": "file", "path": name, "size": len(data), "oid": f"{abs(hash(name)):x}"}
        for name, data in files.items()
    ]
    return json.dumps(entries).encode()


@contextmanager
def online() -> Iterator[None]:
    """The Hub libraries ask their server, whatever an earlier test of this process made of them."""
    offline = os.environ.pop("HF_HUB_OFFLINE", None)
    try:
        with patch("huggingface_hub.constants.HF_HUB_OFFLINE", False):
            yield
    finally:
        if offline is not None:
            os.environ["HF_HUB_OFFLINE"] = offline


@contextmanager
def hub(repositories: dict[str, Repository], broken: bool = False) -> Iterator[str]:
    """The address of a running server; `broken` makes it answer 500 to everything.

    As long as it runs the Hub libraries are online.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, with_body: bool) -> None:
            status, headers, body = (500, {}, b"") if broken else answer_to(self.path, repositories)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with online():
            yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
