"""Where alarms are sent: an https or loopback address, or a command; checked before anything is sent."""

import ipaddress
import os
import shlex
from urllib.parse import urlsplit

from advisor.errors import BadInput
from advisor.text import one_line

FROM_ENVIRONMENT = "env:"
"""Before the name of an environment variable that holds the address, so that no case holds its secret."""
_DO = "Give an https address, http on this machine, env:NAME, or a command."


def checked_alert(text: str) -> str:
    """The same text when alarms can be sent there; raises BadInput for an address or a command that cannot be
    used. What a variable holds is looked at when the pilot starts."""
    text = text.strip()
    if not text:
        raise BadInput("Nothing is named to send alarms to", _DO)
    if text.startswith(FROM_ENVIRONMENT):
        if not text.removeprefix(FROM_ENVIRONMENT).isidentifier():
            raise BadInput(f"{one_line(text, 60)} names no environment variable", _DO)
        return text
    if is_address(text):
        _require_safe(text)
    else:
        command_of(text)
    return text


def resolved(text: str) -> str:
    """The address or command itself, out of the environment where it was left there; raises BadInput."""
    if text.startswith(FROM_ENVIRONMENT):
        name = text.removeprefix(FROM_ENVIRONMENT)
        text = os.environ.get(name, "")
        if not text.strip() or text.startswith(FROM_ENVIRONMENT):
            raise BadInput(f"The environment variable {one_line(name, 60)} holds no address", _DO)
    return checked_alert(text)


def is_address(text: str) -> bool:
    """True for what is meant as an address, safe or not."""
    return "://" in text.split(maxsplit=1)[0]


def host_of(address: str) -> str:
    """The machine of an address: all of it that may be shown."""
    return one_line(urlsplit(address).hostname or "?", 80)


def command_of(text: str) -> list[str]:
    """The words of a command, which no shell reads; raises BadInput when quotes are left open."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise BadInput(f"The command cannot be read: {one_line(str(error))}", _DO) from error


def _require_safe(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"The address cannot be read: {one_line(str(error))}", _DO) from error
    if not host:
        raise BadInput("The address names no machine", _DO)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return
    raise BadInput(f"Alarms are not sent to {one_line(host, 60)} over {one_line(parts.scheme, 20)}", _DO)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
