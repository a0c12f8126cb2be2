"""Everything that can be done, for the palette."""

from collections.abc import Callable, Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from advisor import cases
from advisor.steps import STEPS
from advisor.text import one_line
from screens.step_classes import step_class
from screens.studio import Studio
from screens.themes import THEMES
from screens.words import safe

Command = tuple[str, str, Callable[[], object]]

_ACTIONS = (
    ("Do the next recommended thing", "What ctrl+n does", "next"),
    ("Probe this machine", "List and time processors, memory, disks and GPUs", "begin('probe')"),
    ("Profile the data", "Read every row and count tokens", "begin('profile')"),
    ("Profile the data again", "Read every row also when its profile is known", "begin('profile', True)"),
    ("Preview the cleaning", "Count what each fix would do", "begin('preview')"),
    ("Confirm the goal", "Take all answers as they stand", "confirm_goal"),
    ("Run the pilot", "A small fine-tune on this machine", "begin('pilot')"),
    ("Simulate memory", "The plan's step, and those of its cloud offers", "begin('simulate')"),
    ("Write the export", "Files for trainers, and what to run", "begin('export')"),
    ("Stop the running job", "Finished parts are kept", "stop_job"),
    ("Take back the last change", "Since the last job; dropped evidence comes back", "undo"),
    ("Open another case", "Name its folder", "open_other"),
    ("Duplicate this case", "Go on with a copy; this one stays as it is", "duplicate"),
    ("Help", "This step, its keys, and the words of the field", "help"),
    ("Save a picture of this screen", "An SVG file in the case's folder", "picture"),
    ("Quit", "Stops a running job first", "quit"),
)


class Commands(Provider):
    """Actions, those of each step too, themes and recent cases; every text is shown literally."""

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for title, about, run in self._commands():
            yield DiscoveryHit(safe(Content(title)), run, text=title, help=about)

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for title, about, run in self._commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=about)

    def _commands(self) -> Iterator[Command]:
        app = self.app
        for title, about, action in _ACTIONS:
            yield title, about, partial(app.run_action, action)
        if not isinstance(app, Studio):
            return
        for number, step in enumerate(STEPS, 1):
            yield f"Go to {number} {step.capitalize()}", f"Key {number}", partial(app.go, step)
        yield from _of_steps(app)
        for theme in THEMES:
            yield (
                f"Colours: {theme.name}",
                "Dark, light or high contrast",
                partial(setattr, app, "theme", theme.name),
            )
        for recent in cases.visited(10):
            if recent.folder != app.case.folder:
                name, where = one_line(recent.folder.name, 60), one_line(str(recent.folder.parent), 200)
                yield (
                    f"Open case: {name}",
                    f"A recent case, in {where}",
                    partial(app.open_case, recent.folder),
                )


def _of_steps(app: Studio) -> Iterator[Command]:
    """What only one step can do: go there, and do it."""
    for number, step in enumerate(STEPS, 1):
        for each in step_class(step).BINDINGS:
            if isinstance(each, Binding) and not each.action.startswith("app."):
                about = f"{step.capitalize()}, key {each.key}"
                yield each.tooltip, about, partial(_do_on, app, step, number, each.action)


async def _do_on(app: Studio, step: str, number: int, action: str) -> None:
    await app.switch_mode(step)
    if app.screen.check_action(action, ()):
        await app.screen.run_action(action)
    else:
        app.say("That cannot be done now", f"Step {number} says what is missing")
