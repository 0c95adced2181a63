"""What a day's proposals say in the Dagster UI: what is new, what waits for people, what is not proposed."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import dagster as dg

from uxpipeline.orchestration.markdown import code, picture, shown, table
from uxpipeline.pictures.expected import ExpectedChange, expected_picture
from uxpipeline.proposals.words import affected_words, change_words, numbers, test_words
from uxpipeline.report.wording import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uxpipeline.proposals.generate import Generated
    from uxpipeline.proposals.store import StoredProposal

MOST_BLOCKS = 20
MOST_WAITING = 10
_WAITING = ("proposal", "friction", "change", "affected", "expected (80 %)", "what a test needs")
_BLOCKED = ("surface", "signal", "reason", "detail")


def proposal_metadata(generated: "Generated", waiting: "Sequence[StoredProposal]") -> dict[str, Any]:
    """What was proposed now, what waits for a decision, and what was blocked.

    Surfaces are named as proposals name them, never as browsers wrote them. Others may have put any text into the
    proposals that wait: it is shown as code.

    Args:
        generated: by this run.
        waiting: proposals of anybody that people have yet to decide on.
    """
    reasons = Counter(block.reason for _, block in generated.blocked)
    made = [f"- {proposal.change_description}" for proposal in generated.made]
    blocked = [
        (code(candidate.surface), candidate.signal, block.reason, code(block.detail))
        for candidate, block in generated.blocked[:MOST_BLOCKS]
    ]
    return {
        "proposed_now": len(generated.made),
        "proposals": shown("\n".join(made) or "Nothing new."),
        "waiting_for_people": len(waiting),
        "waiting": _waiting(waiting[:MOST_WAITING]),
        "blocked_now": len(generated.blocked),
        "blocked_by_reason": dg.MetadataValue.json(dict(sorted(reasons.items()))),
        "blocked": shown(table(_BLOCKED, blocked) if blocked else "Nothing."),
    }


def _waiting(proposals: "Sequence[StoredProposal]") -> dg.MarkdownMetadataValue:
    if not proposals:
        return shown("Nothing waits for a decision.")
    found = [expected for proposal in proposals if (expected := _expected(proposal))]
    return shown(
        picture(expected_picture(found), "Expected relative change, 80 % interval") if found else "",
        table(_WAITING, map(_row, proposals)),
        "`uxpipeline proposals show ID`, or the jobs `approve_proposal` and `reject_proposal`.",
    )


def _row(proposal: "StoredProposal") -> tuple[str, ...]:
    return (
        code(proposal.proposal_id),
        code(proposal.friction_point, 300),
        code(proposal.change_description, 600),
        affected_words(proposal.evidence),
        change_words(proposal.prediction),
        test_words(proposal.test),
    )


def _expected(proposal: "StoredProposal") -> ExpectedChange | None:
    found = numbers(proposal.prediction, "median", "low", "high")
    return ExpectedChange(text(proposal.friction_point, 300), *found) if found else None
