"""Private data and secrets replaced by what they are."""

from advisor.private import private_spans, replaced, secret_spans


def mask_secrets(text: str) -> str:
    """The text with each key or token as “[secret]”."""
    return replaced(text, secret_spans(text))


def mask_private(text: str) -> str:
    """The text with each address or number as its kind, such as “[e-mail address]”."""
    return replaced(text, private_spans(text))
