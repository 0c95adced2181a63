import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.masking.records import RecordMasker, mask_json, mask_text, visitor_hash
from uxpipeline.ingest.records import JsonObject, Session
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline_tests.ingest.builders import an_event


@pytest.mark.parametrize(
    ("text", "element_type", "kept"),
    [
        ("Add to cart", "button", "Add to cart"),
        ("Read more", "a", "Read more"),
        ("Your name", "label", "Your name"),
        ("Add to cart", "div", "<text len=11 digits=0>"),
        ("Add to cart", None, "<text len=11 digits=0>"),
        ("Room 12, Jane", "td", "<text len=13 digits=2>"),
        ("Mail jane@example.com", "a", "Mail [email]"),
        ("x" * 80, "button", "x" * 80),
        ("x" * 81, "button", "<text len=81 digits=0>"),
        ("<text len=1048576 digits=0>", "div", "<text len=1048576 digits=0>"),
    ],
)
def test_text_stays_only_where_it_labels_a_control(text: str, element_type: str | None, kept: str) -> None:
    assert mask_text(text, element_type) == kept


@given(st.text(), st.sampled_from(["button", "div", None]))
def test_masking_text_twice_is_masking_once(text: str, element_type: str | None) -> None:
    masked = mask_text(text, element_type)
    assert mask_text(masked, element_type) == masked


def test_json_is_masked_in_keys_and_values_at_any_depth() -> None:
    value = {
        "jane@example.com": {"list": ["4111 1111 1111 1111", {"deep": "call 555-123-4567"}], "n": 5551234567},
        "href": "https://x.test/thanks?name=Jane&utm_source=a",
        "note": "see // comments",
        "flag": True,
        "none": None,
    }
    assert mask_json(value) == {
        "[email]": {"list": ["[card]", {"deep": "call [phone]"}], "n": 5551234567},
        "href": "https://x.test/thanks?utm_source=a",
        "note": "see // comments",
        "flag": True,
        "none": None,
    }


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_masking_json_twice_is_masking_once(value: JsonObject) -> None:
    assert mask_json(mask_json(value)) == mask_json(value)


def test_a_visitor_is_known_by_a_keyed_hash() -> None:
    assert visitor_hash(b"key", "jane") == "7e024875be2f82307efd9e99d8a6bbd5"
    assert visitor_hash(b"key", "jane") != visitor_hash(b"other", "jane")
    assert len(visitor_hash(b"", "")) == 32


def test_every_field_of_an_event_that_can_tell_is_masked() -> None:
    told = an_event(
        page_url="https://x.test/u/jane@example.com?x=1",
        element_path="body > a#jane@example.com",
        element_type="p jane@example.com",
        element_text="I am Jane",
        component_id="card 4111111111111111",
        coordinates={"x": 1, "who": "jane@example.com"},
        viewport_size={"jane@example.com": 1},
        event_data={"mail": "jane@example.com"},
        metadata={"ip": "192.168.0.1"},
    )
    assert RecordMasker(b"key").mask(told) == an_event(
        page_url="https://x.test/u/[email]",
        element_path="body > [email]",
        element_type="p [email]",
        element_text="<text len=9 digits=0>",
        component_id="card [card]",
        coordinates={"x": 1, "who": "[email]"},
        viewport_size={"[email]": 1},
        event_data={"mail": "[email]"},
        metadata={"ip": "[ip]"},
    )


def test_a_session_keeps_no_trace_of_who_it_was() -> None:
    session = Session(
        session_id="s",
        at=None,
        landing_page="https://x.test/?email=jane@example.com",
        exit_page="https://x.test/orders/12345",
        referrer="https://mail.example.org/inbox/jane",
        user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36",
        visitor="jane",
    )
    assert RecordMasker(b"key").mask(session) == Session(
        session_id="s",
        at=None,
        landing_page="https://x.test/",
        exit_page="https://x.test/orders/:id",
        referrer="https://mail.example.org",
        user_agent="Chrome 156 / Linux",
        visitor=visitor_hash(b"key", "jane"),
    )


def test_an_event_whose_address_cannot_be_kept_is_refused() -> None:
    with pytest.raises(LineRefused) as refusal:
        RecordMasker(b"key").mask(an_event(page_url="https://[bad/a"))
    assert refusal.value.rejected.reason == "bad_url"
