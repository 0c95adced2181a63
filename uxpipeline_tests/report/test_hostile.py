"""Text that visitors and file names bring along is shown as text, whatever it would like to be."""

import unicodedata

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.report.render import render
from uxpipeline.settings import Settings
from uxpipeline_tests.report.builders import add_file, add_funnel_step, add_proposal, add_quarantined, add_score
from uxpipeline_tests.report.page import Page, Tag

PAYLOADS = [
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><img src=x onerror=alert(1)>', id="attribute"),
    pytest.param("' onmouseover='alert(1)", id="quote"),
    pytest.param("\x1b[31mred\r\nSet-Cookie: a=b", id="ansi-crlf"),
    pytest.param("{{7*7}}{% raw %}{#", id="template"),
    pytest.param("</style><!--", id="style-comment"),
    pytest.param("\N{RIGHT-TO-LEFT OVERRIDE}lmth\N{ZERO WIDTH SPACE}", id="direction"),
    pytest.param("x" * 190, id="long"),
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
    add_file(connection, 2, HARMLESS, source=text, status="aborted", problem=text)
    add_quarantined(connection, text)
    free_text = {"friction_point": text, "change_description": text, "page_url": text, "component_id": text}
    evidence = {"exposed_sessions": 3, "affected_sessions": text, "as_of": text, "evidence_grade": text}
    add_proposal(connection, metadata={"evidence": evidence, "test": {"verdict": text}, "profile": text}, **free_text)
    add_funnel_step(connection, text, 1, text, sessions=1)
    add_funnel_step(connection, f"beacon {text}", 1, text, sessions=1, configured=False)
    connection.execute("update uxpipeline.conversion_goal set funnel_name = %s", [text])


@pytest.fixture
def harmless_tags(connection: Connection, settings: Settings) -> list[Tag]:
    """Structure of the page when all text is harmless; the database is left without it."""
    with connection.transaction(force_rollback=True):
        plant(connection, HARMLESS)
        # The report wants a transaction of its own, which inside this one it cannot choose.
        pytest.MonkeyPatch()
    return []


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
    assert payload not in Page(html).text


def clear(connection: Connection) -> None:
    connection.execute(
        "truncate public.friction_scores, uxpipeline.ingest_files, uxpipeline.quarantine, uxpipeline.parked,"
        " public.optimization_history, uxpipeline.funnel_steps, public.conversion_funnels"
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_printable_characters_and_line_feeds(connection: Connection, settings: Settings, payload: str) -> None:
    plant(connection, payload)
    strange = {mark for mark in render(connection, settings) if mark != "\n" and not mark.isprintable()}
    assert not {unicodedata.name(mark, repr(mark)) for mark in strange}


def test_nothing_is_evaluated(connection: Connection, settings: Settings) -> None:
    plant(connection, "{{7*7}}{{7*'7'}}")
    text = Page(render(connection, settings)).text
    assert "49" not in text
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
    for reference in ("http:", "https:", "src=", "<script", "url(", "@import"):
        assert reference not in html
    assert "default-src 'none'" in html


def test_no_session_is_named(connection: Connection, settings: Settings) -> None:
    plant(connection, HARMLESS)
    assert "session-secret" not in render(connection, settings)


def test_long_names_are_cut(connection: Connection, settings: Settings) -> None:
    plant(connection, "y" * 190)
    words = Page(render(connection, settings)).text.split()
    assert max(len(word) for word in words) <= 190
