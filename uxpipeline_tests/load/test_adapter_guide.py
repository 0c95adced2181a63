"""The adapter of the guide works as it stands there."""

import re
from types import ModuleType

import pytest

from uxpipeline.ingest.sources.base import SOURCES
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.docs.pages import page
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import Line, at


def hit(number: int, what: str, second: float, **more: str) -> Line:
    return {
        "hit": str(number),
        "visit": "v",
        "what": what,
        "at": at(second),
        "url": "https://shop.example/cart",
        **more,
    }


def test_it_loads_what_its_tracker_writes(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    [code] = re.findall(r"<!-- adapter -->\n```python\n(.*?)```", page("docs/sources.md"), re.DOTALL)
    module = ModuleType("counter")
    exec(code, vars(module))  # noqa: S102 - the documents' own
    monkeypatch.setitem(SOURCES, "counter", module.Counter)
    view, *taps = hit(0, "view", 0, lang="en"), *(hit(n, "tap", n / 10, element="#pay") for n in range(1, 4))
    report = landing.load(view, *taps, taps[0], hit(9, "beat", 5), hit(10, "tap", 6) | {"at": "noon"})
    assert (report.source, report.seen) == ("counter", "counter: JSON lines")
    assert counts(report) == {"inserted": 4, "duplicates": 1, "ignored": 1, "quarantined": 1}
    kinds = "select event_type, count(*) from public.behavior_events group by 1 order by 1"
    assert rows(landing.connection, kinds) == [("click", 3), ("page_view", 1), ("rage_click", 1)]
    assert rows(landing.connection, "select step_name from public.conversion_funnels") == [("cart",)]
