"""The exceptions that a person may see, each with what to do about it."""


class AdvisorError(Exception):
    """Root of everything this program raises on purpose; the message is one line for a person."""

    def __init__(self, message: str, do: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.do = do


class BadInput(AdvisorError):
    """A path, an option or a configuration that cannot be used."""


class BadData(AdvisorError):
    """A data file that cannot be read or trained on."""


class BadModel(AdvisorError):
    """A model folder or id that cannot be loaded safely."""


class NoSpace(AdvisorError):
    """A disk without enough room."""


class CaseInUse(AdvisorError):
    """Another process holds the lock of a case or run."""


class BadCase(AdvisorError):
    """A case file that is damaged or newer than this program."""


class OutOfMemory(AdvisorError):
    """Memory ran out, and no smaller setting helped."""


class Stopped(BaseException):
    """The user asked to stop.

    No Exception: whoever answers any error of a driver, a template or a library would take it for theirs.
    """
