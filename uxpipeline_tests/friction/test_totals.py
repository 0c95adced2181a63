"""The site's total of its elements' contrasts."""

import pandas as pd
import pytest

from uxpipeline.friction.estimates import with_losses
from uxpipeline.friction.parameters import Parameters
from uxpipeline.friction.totals import with_site_total

FOUND = pd.DataFrame(
    {
        "surface_no": [1, 2, 4, 5],
        "kind": [0, 0, 0, 0],
        "raw_severity": [0.10, -0.02, 0.50, 0.04],
        "cases": [80.0, 300.0, 40.0, 90.0],
        "scattered": [80.0, 300.0, 40.0, 90.0],
        "cases_rate": [0.1, 0.2, 0.3, 0.1],
        "controls_rate": [0.2, 0.2, 0.7, 0.1],
        "placebo_variance": [1e-4, 1e-5, 1e-3, 1e-4],
        "stratified_variance": [1e-4, 1e-5, 1e-3, 2e-4],
        "control": [0.0, 0.0, 0.0, 0.0],
        "matched_on": [3, 2, 3, 3],
    }
)
INCIDENTS = pd.DataFrame(
    [(1, "element", 0, 100), (2, "element", 0, 300), (3, "element", 0, 50), (4, "page", 0, 40), (5, "site", 0, 100)],
    columns=["surface_no", "surface_level", "kind", "incidents"],
)


def test_the_site_s_total_is_what_elements_and_the_rest_cost() -> None:
    site = with_site_total(FOUND, INCIDENTS).set_index("surface_no").loc[5]

    # 100 · 0.10 - 300 · 0.02 + 100 · 0.04 over 500 incidents with controls; 50 more are taken to cost as much.
    assert site["raw_severity"] == pytest.approx(8 / 500)
    assert (site["incidents"], site["compared_incidents"]) == (550, 500)
    assert site["cases"] / site["incidents"] == pytest.approx(470 / 550)
    assert site["placebo_variance"] == pytest.approx((100**2 * 1e-4 + 300**2 * 1e-5 + 100**2 * 1e-4) / 500**2)
    assert site["scattered"] == 500
    assert site["matched_on"] == 2
    assert tuple(site[["elsewhere_severity", "elsewhere_variance", "elsewhere_incidents"]]) == (0.04, 2e-4, 100)


def test_other_surfaces_keep_their_contrasts() -> None:
    others = with_site_total(FOUND, INCIDENTS).set_index("surface_no").drop(5)

    assert others["raw_severity"].to_dict() == {1: 0.10, 2: -0.02, 4: 0.50}
    assert others["incidents"].to_dict() == {1: 100, 2: 300, 4: 40}


def test_a_site_without_friction_elsewhere_has_a_total_all_the_same() -> None:
    nothing_else = INCIDENTS.assign(incidents=[100, 300, 50, 40, 0])

    site = with_site_total(FOUND[FOUND["surface_no"] < 5], nothing_else).set_index("surface_no").loc[5]

    assert site["raw_severity"] == pytest.approx(4 / 400)
    assert site[["elsewhere_severity", "elsewhere_variance", "elsewhere_incidents"]].isna().all()


def test_where_nobody_converts_the_total_gains_nothing() -> None:
    """A second element was compared, but nobody there converts, case or control: only the site's row tells of it."""
    scores = pd.DataFrame(
        {
            "surface_level": ["element", "site"],
            "signal": "any",
            "raw_severity": [0.5, 0.25],
            "variance": [0.0004, 0.0001],
            "incidents": [100.0, 220.0],
            "compared_incidents": [float("nan"), 200.0],
            "controls_rate": [0.6, 0.3],
            "cases_rate": [0.1, 0.05],
            "exposed_sessions": [1000, 3000],
            "affected_sessions": [100, 200],
            "affected_visitors": [100, 200],
            "prior_alpha": 0.5,
            "prior_beta": 0.5,
        }
    ).assign(
        **dict.fromkeys(["elsewhere_severity", "elsewhere_variance", "elsewhere_incidents"], float("nan")),
        **dict.fromkeys(["prior_exposed", "prior_affected", "recent_exposed", "recent_affected"], 0),
    )

    element, site = with_losses(scores, Parameters()).to_dict("records")

    # 20 of the 220 incidents have no controls and are taken to cost as much as the 200 that have.
    assert site["lost_conversions"] == pytest.approx(1.1 * element["lost_conversions"], rel=1e-6)
    assert site["severity"] == pytest.approx(element["severity"] / 2, rel=0.01)
