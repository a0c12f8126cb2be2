"""Simulations in the application's hands: begun by themselves, dropped when the question changes."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from advisor.errors import AdvisorError
from screens.state.case_keeper import CaseKeeper
from screens.state.simulation import Simulation

if TYPE_CHECKING:
    from advisor.case import Case
    from advisor.specs import SimulateTask
    from heuristics.planning.recipe import Plan
    from screens.state.desk import Desk

_GROUP = "simulation"


class SimulationKeeper(CaseKeeper):
    """At most one simulation at a time; its answer is found again when the case is settled."""

    SIMULATES: ClassVar[bool] = True
    """False where no work may run beside the terminal."""

    def __init__(self, case: "Case | None" = None, desk: "Desk | None" = None) -> None:
        super().__init__(case, desk)
        self._asked_about: Plan | None = None
        """The plan that was last looked at for unknown memory."""

    def simulate(self) -> None:
        """Work out the memory of the plan's training step, unless that is known, under way or given up."""
        from advisor.tasks import simulation_task

        plan = self.case.plan
        if not self.SIMULATES or self.running_step or plan is None or plan is self._asked_about:
            return
        self._asked_about = plan
        task = simulation_task(self.case)
        if task is None:
            # The user came back to settings whose answer is known.
            self.drop_simulation()
            return
        if self.simulation is not None and self.simulation.answers(task):
            return
        self.simulation = Simulation(task)
        self.run_worker(self._work_out(task), group=_GROUP, exclusive=True)
        self.refresh_bindings()

    def drop_simulation(self) -> None:
        """End a running simulation without an answer; it begins again when the plan is looked at."""
        self._asked_about = None
        if self.simulation is not None:
            self.workers.cancel_group(self, _GROUP)
            self.simulation = None

    def stop_simulation(self) -> None:
        """End a running simulation because the user asked; these settings stay with the formula."""
        if self.simulation is not None and self.simulating:
            self.workers.cancel_group(self, _GROUP)
            self._give_up(self.simulation.task, "it was stopped")

    async def _work_out(self, task: "SimulateTask") -> None:
        from advisor.events import Failed, SimulationFound
        from advisor.jobs import run_job
        from advisor.tasks import spec_of

        try:
            async for event in run_job(spec_of(self.case, task)):
                if isinstance(event, Failed):
                    self._give_up(task, event.message)
                    return
                if isinstance(event, SimulationFound):
                    await self.settle()
        except AdvisorError as error:
            self._give_up(task, error.message)
            return
        except OSError as error:
            self._give_up(task, f"its job could not start: {error.strerror}")
            return
        if self.simulation is not None and self.simulation.task == task:
            self.simulation = None
            self.refresh_bindings()

    def _give_up(self, task: "SimulateTask", why: str) -> None:
        if self.simulation is not None and self.simulation.task == task:
            self.simulation = replace(self.simulation, why_not=why)
            self.refresh_bindings()
