"""Loaded by every Python process of a test: refuses connections to other machines, and writes them down."""

import ipaddress
import os
import socket

_connect, _connect_ex, _send_to = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
_look_up = socket.getaddrinfo


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _refuse(what: str) -> None:
    with open(os.environ["ADVISOR_TEST_CALLS"], "a", encoding="utf-8") as calls:
        calls.write(f"{what}\n")
    raise OSError(f"refused: {what}")


def _guarded_connect(self: socket.socket, address: object) -> None:
    if isinstance(address, tuple) and not _is_here(address[0]):
        _refuse(f"connect {address[0]}")
    _connect(self, address)  # type: ignore[arg-type]


def _guarded_connect_ex(self: socket.socket, address: object) -> int:
    if isinstance(address, tuple) and not _is_here(address[0]):
        _refuse(f"connect {address[0]}")
    return _connect_ex(self, address)  # type: ignore[arg-type]


def _guarded_send_to(self: socket.socket, data: bytes, *rest: object) -> int:
    if rest and isinstance(rest[-1], tuple) and not _is_here(rest[-1][0]):
        _refuse(f"send to {rest[-1][0]}")
    return _send_to(self, data, *rest)  # type: ignore[call-overload,no-any-return]


def _guarded_look_up(host: object, *rest: object, **more: object) -> object:
    if not _is_here(host):
        _refuse(f"look up {host!r}")
    return _look_up(host, *rest, **more)  # type: ignore[arg-type]


if "ADVISOR_TEST_CALLS" in os.environ:
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = _guarded_connect_ex  # type: ignore[method-assign,assignment]
    socket.socket.sendto = _guarded_send_to  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = _guarded_look_up  # type: ignore[assignment]
