"""The demo's own feet: moves on to the next step when a job ends, until the user takes over."""

from screens.following import following
from screens.studio import Studio

LOOK = 2.0
"""Seconds for a person to look at a step before the next one comes."""


class Walk:
    """Takes one step at a time; ends for good when told to."""

    def __init__(self, app: Studio, active: bool) -> None:
        self._app = app
        self.active = active

    def on(self) -> None:
        """Take the next step after a moment."""
        if self.active:
            self._app.set_timer(LOOK, self._step)

    def end(self) -> None:
        """Stop moving; running work goes on."""
        self.active = False

    def _step(self) -> None:
        if not self.active:
            return
        app, shown = self._app, self._app.current_mode
        proposed = following(app.case, shown)
        match proposed.action:
            case "confirm_goal" if shown == "goal":
                app.action_confirm_goal()
                self.on()
            case "probe" | "profile" | "pilot":
                app.go(proposed.step)
                app.begin(proposed.action)
            case "confirm_goal" | "look" if proposed.step not in ("verdict", shown):
                app.go(proposed.step)
                self.on()
            case _:
                app.go(proposed.step)
                self.end()
