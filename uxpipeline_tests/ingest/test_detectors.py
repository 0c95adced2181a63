import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.masking.detectors import mask_pii

FOUND = {
    "[email]": [
        "jane.doe+shop@example.co.uk",
        "jane%40example.com",
        "jane%2540example.com",
        "jane＠example.com",
        "JANE@EXAMPLE.COM",
        "žofie@příklad.cz",
        "o'brien@example.com",
        "jane@[192.168.0.1]",
        "jane\u200b@example.com",
        "a@b@example.com",
    ],
    "[phone]": [
        "+1 (555) 123-4567",
        "555-123-4567",
        "(555) 123 4567",
        "+44 20 7946 0958",
        "0049 151 23456789",
        "+49 (0) 151 1234567",
        "555.123.4567",
        "01 23 45 67 89",
        "5551234567",
        "٥٥٥١٢٣٤٥٦٧",
        "123-45-6789",
    ],
    "[card]": ["4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "5555555555554444"],
    "[iban]": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "NO9386011117947"],
    "[ip]": ["192.168.0.1", "8.8.8.8", "2001:db8::8a2e:370:7334", "fe80::1", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"],
    "[token]": [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        "sk_live_51H8xJ2eZvKYlo2CabcDEF012",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "9f86d081884c7d659a2feaa0c55ad015",
        "AKIAIOSF0DNN7EXAMPL3X9",
    ],
}
KEPT = [
    "Add to cart",
    "EUR 24.00",
    "EUR 24.00 - 129.00",
    "1,234,567.89",
    "2026-10-05",
    "2026-10-05T07:38:46.143+00:00",
    "5/10/2026",
    "05.10.2026",
    "10:30 - 11:45",
    "10:30:45",
    "posthog-js 1.449.2",
    "1920x1080",
    "mug-01",
    "std::vector",
    "li::before",
    "550e8400-e29b-41d4-a716-446655440000",
    "mug-blue-2026-limited-edition",
    "submitOrderButtonOnCheckoutPage",
    "undefinedCompareWidget is not defined",
    "@media print",
    "5 @ 10 each",
    "100 % cotton",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_finds_what_identifies_alone_and_in_a_sentence(kind: str, text: str) -> None:
    assert mask_pii(text) == kind
    assert mask_pii(f"reach me: {text}, thanks") == f"reach me: {kind}, thanks"


@pytest.mark.parametrize("text", KEPT)
def test_leaves_what_only_looks_like_it(text: str) -> None:
    assert mask_pii(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("order-number-5551234567", "order-number-[phone]"),
        ("tel5551234567", "tel[phone]"),
        ("999.999.999.999", "[phone]"),
        ("jane@example.com,joe@example.com", "[email],[email]"),
        ("?email=jane%40example.com&x=1", "?email=[email]&x=1"),
    ],
)
def test_finds_it_inside_other_words(text: str, masked: str) -> None:
    assert mask_pii(text) == masked


pieces = st.sampled_from([text for texts in FOUND.values() for text in texts] + KEPT + list("@.:%-+()[] \n40"))


@given(st.lists(pieces | st.text(max_size=5), max_size=8).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_pii(mask_pii(text)) == mask_pii(text)


@pytest.mark.parametrize(
    "piece", ["a", "1", "a1", "a@", "a.", "%25", "::", "1 ", "ab-", "eyJ", "DE89", "a@b.", "[", "+("]
)
def test_long_nonsense_takes_no_time(piece: str) -> None:
    # One mebibyte, the longest line: anything quadratic would take hours.
    mask_pii(piece * (2**20 // len(piece)))
