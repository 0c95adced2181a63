"""Why people reject: facts may change and re-open a proposal, preferences do not."""

from typing import Literal

ReasonCode = Literal[
    "already_fixed",
    "report_unclear",
    "analysis_wrong",
    "wontfix_intentional",
    "wontfix_irrelevant",
    "other",
    "not_testable",
    "duplicate",
    "data_quality",
]
