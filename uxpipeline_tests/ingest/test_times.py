from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.times import parse_time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-05T07:38:46Z", datetime(2026, 10, 5, 7, 38, 46, tzinfo=UTC)),
        ("2026-10-05t07:38:46.5z", datetime(2026, 10, 5, 7, 38, 46, 500_000, tzinfo=UTC)),
        ("2026-10-05 09:38:46.143000+02:00", datetime(2026, 10, 5, 7, 38, 46, 143_000, tzinfo=UTC)),
        ("2026-10-05T07:38:46.123456789Z", datetime(2026, 10, 5, 7, 38, 46, 123_456, tzinfo=UTC)),
        ("2024-02-29T23:59:59-00:00", datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_reads_rfc_3339_as_utc(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "10000-01-01T00:00:00Z",
        "294277-01-01T00:00:00Z",
        "2026-10-05T07:38:46",
        "2026-10-05 07:38:46+00",
        "2026-10-05T07:38:46+0000",
        "2026-10-05",
        "2026-10-05T07:38Z",
        "2016-12-31T23:59:60Z",
        "2026-10-05T24:00:00Z",
        "2026-W41-1T07:38:46Z",
        "20261005T073846Z",
        "٢٠٢٦-10-05T07:38:46Z",
        " 2026-10-05T07:38:46Z",
        "2026-10-05T07:38:46Z\n",
        "1791185926143",
        "infinity",
        "now",
        "tomorrow",
        "epoch",
        "",
    ],
)
def test_refuses_every_other_way_to_write_a_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_time(text)


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 - the offset is drawn apart
    st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_reads_what_python_writes(moment: datetime, offset: timezone) -> None:
    local = moment.replace(tzinfo=offset)
    assert parse_time(local.isoformat()) == local
