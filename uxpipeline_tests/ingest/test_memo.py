"""What is remembered of texts stays bounded, and is what the function would return."""

import pytest

from uxpipeline.ingest import memo
from uxpipeline.ingest.memo import Memo


def test_a_text_is_worked_out_once_and_a_long_one_never_kept() -> None:
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    lengths = Memo(length)
    long = "x" * (memo.MAX_CHARACTERS + 1)
    assert [lengths[text] for text in ("a", "a", long, long)] == [1, 1, len(long), len(long)]
    assert (asked, list(lengths)) == (["a", long, long], ["a"])


def test_a_hostile_file_cannot_fill_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MAX_TEXTS", 10)
    same = Memo(str)
    assert [same[str(number)] for number in range(1000)] == [*map(str, range(1000))]
    assert len(same) <= 10
