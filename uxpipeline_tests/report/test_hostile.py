"""Text that visitors and file names bring along is shown as text, whatever it would like to be."""

import unicodedata

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.report.render import render
from uxpipeline.settings import Settings
from uxpipeline_tests.report.builders import (
    add_block,
    add_file,
    add_funnel_step,
    add_proposal,
    add_quarantined,
    add_score,
)
from uxpipeline_tests.report.page import Page

PAYLOADS = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><img src=x onerror=alert(1)>', id="attribute"),
    pytest.param("' onmouseover='alert(1)", id="quote"),
    pytest.param("\x1b[31mred\r\nSet-Cookie: a=b", id="ansi-crlf"),
    pytest.param("{{7*7}}{% raw %}{#", id="template"),
    pytest.param("</style><!--", id="style-comment"),
    pytest.param("\N{RIGHT-TO-LEFT OVERRIDE}lmth\N{ZERO WIDTH SPACE}", id="direction"),
]
HARMLESS = "harmless"


def plant(connection: Connection, text: str) -> None:
    """Put the text wherever a visitor, a tracker or whoever drops files could."""
    for level in ("element", "component", "page"):
        add_score(connection, text, surface_level=level)
        add_score(connection, f"quiet {text}", surface_level=level, rank=2, affected_sessions=0)
    add_score(connection, text, "form_leak")
    add_score(connection, text, "rage_click", component_id=text, page_key=text, element_type=text)
    add_file(connection, 1, text.replace("/", "_"), ignored={text: 4})
    add_file(connection, 2, HARMLESS, source=text, status="aborted", inserted=0, problem=text)
    add_quarantined(connection, text)
    free_text = {"friction_point": text, "change_description": text, "page_url": text, "component_id": text}
    evidence = {"exposed_sessions": 3, "affected_sessions": text, "as_of": text, "evidence_grade": text}
    add_proposal(connection, metadata={"evidence": evidence, "test": {"verdict": text}, "profile": text}, **free_text)
    add_block(connection, text, rule=text, detail=text)
    add_funnel_step(connection, text, 1, text, sessions=1)
    add_funnel_step(connection, f"beacon {text}", 1, text, sessions=1, configured=False)
    connection.execute("update uxpipeline.conversion_goal set funnel_name = %s", [text])


def clear(connection: Connection) -> None:
    connection.execute(
        "truncate public.friction_scores, uxpipeline.ingest_files, uxpipeline.quarantine, uxpipeline.parked,"
        " public.optimization_history, public.proposal_blocks, uxpipeline.funnel_steps, public.conversion_funnels"
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_structure_is_that_of_harmless_text(connection: Connection, settings: Settings, payload: str) -> None:
    plant(connection, HARMLESS)
    expected = Page(render(connection, settings))
    assert HARMLESS in expected.text
    clear(connection)
    plant(connection, payload)
    html = render(connection, settings)
    assert Page(html).tags == expected.tags
    assert payload not in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_printable_characters_and_line_feeds(connection: Connection, settings: Settings, payload: str) -> None:
    plant(connection, payload)
    strange = {mark for mark in render(connection, settings) if mark != "\n" and not mark.isprintable()}
    assert not {unicodedata.name(mark, repr(mark)) for mark in strange}


def test_nothing_is_evaluated(connection: Connection, settings: Settings) -> None:
    plant(connection, "{{7331*7331}}{{7*'7'}}")
    text = Page(render(connection, settings)).text
    assert "53743561" not in text
    assert "7777777" not in text


def test_nothing_is_loaded_from_anywhere(connection: Connection, settings: Settings) -> None:
    plant(connection, '<a href="http://evil.example/" style="background:url(//evil.example/x)">')
    html = render(connection, settings)
    tags = Page(html).tags
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {name for name, _ in tags}
    addresses = [value for _, attributes in tags for name, value in attributes if name in {"href", "src", "action"}]
    assert addresses
    assert all(value and value.startswith("#") for value in addresses)
    assert not [name for _, attributes in tags for name, _ in attributes if name.startswith("on") or name == "style"]
    assert "default-src 'none'" in html


def test_own_text_and_style_refer_to_nothing_outside(connection: Connection, settings: Settings) -> None:
    plant(connection, HARMLESS)
    html = render(connection, settings)
    assert not [mark for mark in ("http:", "https:", "//", " src=", "<script", "url(", "@import") if mark in html]


def test_no_session_is_named(connection: Connection, settings: Settings) -> None:
    plant(connection, HARMLESS)
    assert "session-secret" not in render(connection, settings)


def test_long_text_is_cut(connection: Connection, settings: Settings) -> None:
    add_score(connection, "y" * 1200)
    add_file(connection, name="y" * 5000, problem="y" * 5000, ignored={"y" * 5000: 4})
    add_quarantined(connection, "y" * 5000)
    add_proposal(connection, friction_point="y" * 1000, change_description="y" * 4000, page_url="y" * 1000)
    add_funnel_step(connection, "y" * 200, 1, "y" * 200)
    words = Page(render(connection, settings)).text.split()
    assert sorted({len(word) for word in words if word.startswith("yy")}) == [60, 80, 100, 300, 600]
