"""Rows of funnel steps that a rule sees in what a tracker sent."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from uxpipeline.ingest.funnels import Step
from uxpipeline.ingest.ids import derived_id
from uxpipeline.ingest.records import FunnelStep

_DETECTOR = {"detector": "uxpipeline.funnels", "version": 1}


def derived_steps(
    steps: Iterable[Step], session_id: str, line_id: UUID, at: datetime, received_at: datetime | None = None
) -> list[FunnelStep]:
    """Return one row per step; the metadata tells them from those a source supplies."""
    return [
        FunnelStep(
            id=derived_id(str(line_id), step.funnel, step.name),
            session_id=session_id,
            funnel_name=step.funnel,
            step_name=step.name,
            step_order=step.order,
            entered_at=at,
            metadata=_DETECTOR,
            received_at=received_at,
            derived=True,
        )
        for step in steps
    ]
