"""Conversations as text by a model's chat template, without the library that brings torch along."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from jinja2 import Environment

Writer = Callable[[Sequence[Mapping[str, str]], bool], str]
"""Turns, and whether the answer is yet to come -> their text."""


def chat_writer(chat_template: str, special: Mapping[str, str]) -> Writer:
    """What writes conversations as `apply_chat_template` of transformers 5 does.

    The environment is the one that chat templates are documented to run in; whoever uses it for counting
    compares it first with the tokenizer itself. Raises jinja2's TemplateError for a template with faults.
    """
    template = _environment().from_string(chat_template)

    def write(turns: Sequence[Mapping[str, str]], add_generation_prompt: bool) -> str:
        return template.render(
            messages=[dict(each) for each in turns],
            tools=None,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **special,
        )

    return write


def _environment() -> "Environment":
    """A sandbox that strips blocks, with the functions and the tag that chat templates may use."""
    from jinja2 import TemplateError, nodes
    from jinja2.ext import Extension, loopcontrols
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Generation(Extension):
        """Marks what the model is trained to write; here its content is simply written."""

        tags = {"generation"}  # noqa: RUF012 - as jinja declares it

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def refuse(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols]
    )
    environment.filters["tojson"] = _as_json
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return environment


def _as_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as it stands: the filter that jinja brings along is meant for HTML."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
