"""Gathers the leads that programs hand in while a run is at work, so that those who come together share the next one: a
hundred programs wait for three runs, not for a hundred.
"""

import asyncio
from functools import partial

from fastapi import HTTPException, Request

from lead_pipeline.model.errors import LeadPipelineError, RunFailedError
from lead_pipeline.model.handed_in.judged_leads import JudgedLeads, LeadsBatch
from lead_pipeline.pipeline import LeadPipeline, ValuesWithheld
from lead_pipeline.web.running_here import RunsHere

#: So many share a run at most, and no more than so many wait.
_MOST_TOGETHER = 64
_MOST_WAITING = 512

_Waiting = tuple[LeadsBatch, "asyncio.Future[JudgedLeads]"]


class LeadsTogether:
    """The leads of one home that wait for their run."""

    def __init__(self, runs: RunsHere) -> None:
        """Choose who carries runs out."""
        self._runs = runs
        self._waiting: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def judge(self, batch: LeadsBatch) -> JudgedLeads:
        """Return what became of leads; raises LeadPipelineError, and HTTPException (503) when too many wait."""
        if len(self._waiting) >= _MOST_WAITING:
            raise HTTPException(
                503,
                f"{_MOST_WAITING} programs are waiting for their turn. Nothing was done; try again in some seconds, or "
                "upload a file, which may have any number of leads.",
                {"Retry-After": "10"},
            )
        answer: asyncio.Future[JudgedLeads] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, answer))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._work_off())
        return await answer

    async def _work_off(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
            answers = await self._answers([batch for batch, _ in taken])
            for (_, waiting), answer in zip(taken, answers, strict=True):
                if waiting.done():  # whoever asked has gone
                    continue
                if isinstance(answer, LeadPipelineError):
                    waiting.set_exception(answer)
                else:
                    waiting.set_result(answer)

    async def _answers(self, batches: list[LeadsBatch]) -> list[JudgedLeads | LeadPipelineError]:
        withheld = ValuesWithheld("importing leads")
        try:
            with withheld:
                return await self._runs.run(partial(_imported, batches=batches))
        except LeadPipelineError as error:
            return [error] * len(batches)
        said = f"The run of these leads crashed. {withheld.said()}"
        return [RunFailedError(said)] * len(batches)


def _imported(leads: LeadPipeline, batches: list[LeadsBatch]) -> list[JudgedLeads | LeadPipelineError]:
    return leads.import_leads_together(batches)


def leads_together(request: Request) -> LeadsTogether:
    """Return where the leads of a request wait for their run."""
    together: LeadsTogether = request.app.state.leads_together
    return together
