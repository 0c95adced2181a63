"""Contrasts per surface and kind of friction, and the site's total of them.

Some elements are made for many clicks and meet much friction, others hardly any. Sessions that meet the site's first
friction now are therefore on other elements than those that meet none, and whoever is on another element is another
visitor: a comparison that does not hold the element equal is confounded by it. The site's total holds it equal. It is
what happened at each compared element times its contrast, and only friction elsewhere is compared across the site.
"""

import numpy as np
import pandas as pd

from uxpipeline.friction.facts import Counts
from uxpipeline.friction.severity import Strata, contrast, stratified_variance, undiluted

_KEYS = ["surface_no", "kind"]
_PER_INCIDENT = ("raw_severity", "cases_rate", "controls_rate", "control")


def contrasts(counts: Counts) -> pd.DataFrame:
    """A row per surface and kind that has cases with controls.

    Columns: surface_no, kind, raw_severity, cases, scattered (what the roots of `scatter` are to be divided by),
    cases_rate, controls_rate, placebo_variance, stratified_variance, control (contrast of earlier visits), matched_on.
    """
    keys = counts.strata[_KEYS].drop_duplicates().sort_values(_KEYS, ignore_index=True)
    group = np.asarray(counts.strata.groupby(_KEYS, sort=True).ngroup(), dtype=np.int64)
    strata = Strata(group, *(counts.strata[name].to_numpy(np.int64) for name in ("n1", "c1", "n0", "c0", "later0")))
    clear = pd.Series(undiluted(strata, len(keys))).where(keys["kind"] == 0)
    clear_of_any = clear.groupby(keys["surface_no"]).transform("max").to_numpy(float)
    found = contrast(strata, len(keys), clear_of_any)
    earlier = strata.cases * (counts.strata["r0"] / counts.strata["n0"] - counts.strata["r1"] / counts.strata["n1"])
    return keys.assign(
        raw_severity=found.severity,
        cases=found.cases,
        scattered=found.cases,
        cases_rate=found.cases_rate,
        controls_rate=found.controls_rate,
        placebo_variance=found.placebo_variance,
        stratified_variance=stratified_variance(strata, len(keys), clear_of_any),
        control=strata.total(earlier.to_numpy(float), len(keys)) / found.cases,
        matched_on=counts.strata.groupby(group)["matched_on"].first().to_numpy(),
    )


def with_site_total(found: pd.DataFrame, incidents: pd.DataFrame) -> pd.DataFrame:
    """Put the site's total, averaged per incident, in the place of its own contrast; add `incidents` everywhere.

    An incident is a session's first friction at an element, or elsewhere on the site. Those without controls are taken
    to cost as much as the rest; `cases` tells their share, `compared_incidents` how many are at elements that were
    compared. The total is compared as coarsely as its coarsest part.
    Friction elsewhere keeps its own figures beside the total's: elsewhere_severity, elsewhere_variance,
    elsewhere_incidents.

    Args:
        found: contrasts.
        incidents: columns surface_no, surface_level, kind, incidents.
    """
    others: pd.DataFrame = found.merge(incidents.drop(columns="surface_level"), on=_KEYS)
    parts = incidents.merge(found, on=_KEYS, how="left")
    parts = parts[parts["surface_level"].isin(["element", "site"])]
    compared = parts[parts["cases"].notna()]
    if compared.empty or not (parts["surface_level"] == "site").any():
        return others
    weights = compared["incidents"] / compared.groupby("kind")["incidents"].transform("sum")
    mean = compared[list(_PER_INCIDENT)].mul(weights, axis=0).groupby(compared["kind"]).sum()
    by_kind = compared.groupby("kind")
    site = parts.loc[parts["surface_level"] == "site", "surface_no"].iloc[0]
    total = mean.assign(
        surface_no=site,
        placebo_variance=(weights**2 * compared["placebo_variance"]).groupby(compared["kind"]).sum(),
        cases=by_kind["cases"].sum(),
        scattered=by_kind["incidents"].sum(),
        matched_on=by_kind["matched_on"].min(),
        incidents=parts.groupby("kind")["incidents"].sum(),
        compared_incidents=by_kind["incidents"].sum(),
    )
    total = total.join(_elsewhere(compared[compared["surface_level"] == "site"]))
    return pd.DataFrame(pd.concat([others[others["surface_no"] != site], total.reset_index()], ignore_index=True))


def _elsewhere(compared: pd.DataFrame) -> pd.DataFrame:
    variance = compared[["stratified_variance", "placebo_variance"]].max(axis=1)
    found = {"severity": compared["raw_severity"], "variance": variance, "incidents": compared["incidents"]}
    return pd.DataFrame(found).add_prefix("elsewhere_").set_index(compared["kind"])
