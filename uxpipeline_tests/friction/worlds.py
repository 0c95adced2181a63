"""Synthetic sites whose causal truth is known, to see whether scores find it.

Sessions have a hidden intent. It makes them touch more surfaces, more often, and convert more: whoever does more meets
more friction and converts more, without any friction causing it. Each interaction with a surface meets friction with
that surface's probability, more on mobiles. Friction on a harmful surface multiplies the session's chance of a later
conversion by 1 - harm. The truth is the expected number of conversions that friction took in the scoring window.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
_END_OF_DAY = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
_MOST_INTERACTIONS = 14
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """What a kind of site is like.

    Attributes:
        name: of the world.
        sessions: in the days it covers.
        surfaces: elements.
        harm: share of later conversions that friction takes, by surface; surfaces not named take none.
        steppers: surfaces made to be clicked many times in a row: much friction by count, no harm.
        traffic: spread of the logarithm of traffic over surfaces.
        friction: median probability of friction per interaction.
        spread: spread of its logarithm over surfaces.
        mobile: factor of friction on mobiles.
        mobile_conversion: what a mobile adds to the log odds of converting.
        base: log odds of converting of a desktop visitor of average intent.
        intent: what a unit of intent adds to the log odds of converting.
        hidden: what a unit of intent adds to the logarithm of friction itself: confounding nobody can see.
        days: days with sessions, up to the as-of day.
    """

    name: str
    sessions: int = 60_000
    surfaces: int = 24
    harm: dict[int, float] = field(default_factory=dict)
    steppers: tuple[int, ...] = ()
    traffic: float = 0.5
    friction: float = 0.02
    spread: float = 0.4
    mobile: float = 1.6
    mobile_conversion: float = -0.5
    base: float = -2.6
    intent: float = 0.9
    hidden: float = 0.0
    days: int = 28


WORLDS = (
    World("null: intent"),
    World("null: devices", mobile=3.0, mobile_conversion=-1.2),
    World("null: noisy steppers", steppers=(0, 1, 2, 3)),
    World("null: weeks differ by luck", surfaces=300, days=35, traffic=1.0),
    World("harmful", harm={4: 0.5, 5: 0.35, 6: 0.5}),
    World("harmful, one surface", harm={4: 0.6}, steppers=(0,)),
    World("mixed: harmful and steppers", harm={4: 0.5, 5: 0.5, 6: 0.5}, steppers=(0, 1, 2, 3)),
    World("helps", harm={4: -0.5, 5: -0.3}),
    World("heavy-tailed traffic", surfaces=400, traffic=1.6, harm=dict.fromkeys(range(0, 400, 20), 0.5)),
    World("small site", sessions=1_500, surfaces=8, harm={4: 0.5}, steppers=(0,), friction=0.04),
    World("hidden: intent meets friction", hidden=0.3),
)
"""Null worlds hold no harm; in the last one friction itself follows intent, which no observation can undo."""


@dataclass(frozen=True)
class Site:
    """One draw of a world.

    Attributes:
        sessions: a row per session: started (epoch), device, referrer, visitor, converted_at, step_at.
        interactions: a row per interaction in order of time: session, surface, at (epoch), kind, before.
        lost: conversions lost in the window by surface, in expectation, shape (surfaces,).
        lost_all: by all friction together.
        kinds: number of each surface's signal: 1 error, 2 rage click, 3 hesitation.
    """

    sessions: pd.DataFrame
    interactions: pd.DataFrame
    lost: Floats
    lost_all: float
    kinds: NDArray[np.int64]


def draw_site(world: World, seed: int) -> Site:
    """Draw sessions, their interactions, friction and conversions; the same seed gives the same site."""
    draw = np.random.default_rng([seed, world.sessions, world.surfaces])
    sessions = _draw_sessions(world, draw)
    interactions = _draw_interactions(world, sessions, draw)
    kinds = draw.choice([1, 2, 3], world.surfaces, p=[0.2, 0.7, 0.1])
    kinds[list(world.steppers)] = 2
    surface = interactions["surface"].to_numpy()
    probability = _friction(world, draw)[surface] * np.where(
        sessions["device"].to_numpy()[interactions["session"]] == "mobile", world.mobile, 1.0
    )
    probability *= np.exp(world.hidden * sessions["intent"].to_numpy()[interactions["session"]])
    met = draw.random(len(interactions)) < np.minimum(probability, 0.6)
    interactions["kind"] = np.where(met, kinds[surface], 0)
    events = 1 + met.astype(np.int64)
    earlier = np.cumsum(events) - events
    first = np.searchsorted(interactions["session"].to_numpy(), interactions["session"].to_numpy(), side="left")
    interactions["before"] = earlier - earlier[first]
    lost, lost_all = _convert(world, sessions, interactions, draw)
    return Site(sessions, interactions, lost, lost_all, kinds)


def _draw_sessions(world: World, draw: np.random.Generator) -> pd.DataFrame:
    n = world.sessions
    day = draw.integers(0, world.days, n)
    started = np.sort(_END_OF_DAY - day * 86_400 + draw.integers(6 * 3600, 20 * 3600, n))
    intent = draw.normal(size=n)
    back = (draw.random(n) < 1 / (1 + np.exp(1.2 - 0.8 * intent))) & (np.arange(n) > 0)
    visitor = np.arange(n)
    visitor[back] = (draw.random(back.sum()) * np.flatnonzero(back)).astype(np.int64)
    return pd.DataFrame(
        {
            "started": started,
            "intent": intent,
            "device": draw.choice(["mobile", "desktop", "tablet"], n, p=[0.55, 0.40, 0.05]),
            "referrer": draw.choice(["", "https://www.google.com", "https://blog.example"], n, p=[0.3, 0.5, 0.2]),
            "visitor": visitor,
        }
    )


def _draw_interactions(world: World, sessions: pd.DataFrame, draw: np.random.Generator) -> pd.DataFrame:
    """Sessions touch surfaces one after the other, each a number of times, a few seconds apart."""
    intent = sessions["intent"].to_numpy()
    touches = np.minimum(1 + draw.poisson(np.exp(0.3 + 0.4 * intent)), 8)
    session = np.repeat(np.arange(len(sessions)), touches)
    popularity = np.exp(draw.normal(0, world.traffic, world.surfaces))
    surface = draw.choice(world.surfaces, len(session), p=popularity / popularity.sum())
    repeats = np.full(world.surfaces, 0.6)
    repeats[list(world.steppers)] = 4.0
    times = np.minimum(1 + draw.poisson(repeats[surface] * np.exp(0.3 * intent[session])), _MOST_INTERACTIONS)
    session, surface = np.repeat(session, times), np.repeat(surface, times)
    pause = np.cumsum(draw.integers(5, 40, len(session)))
    first = np.searchsorted(session, session, side="left")
    at = sessions["started"].to_numpy()[session] + pause - pause[first]
    return pd.DataFrame({"session": session, "surface": surface, "at": at})


def _friction(world: World, draw: np.random.Generator) -> Floats:
    probability = world.friction * np.exp(draw.normal(0, world.spread, world.surfaces))
    probability[list(world.steppers)] = 0.15
    probability[list(world.harm)] = np.maximum(probability[list(world.harm)], 5 * world.friction)
    return np.asarray(probability)


def _convert(
    world: World, sessions: pd.DataFrame, interactions: pd.DataFrame, draw: np.random.Generator
) -> tuple[Floats, float]:
    """Decide who converts when, and what friction took; 30 % would convert before their visit's end."""
    n = len(sessions)
    logit = world.base + world.intent * sessions["intent"] + world.mobile_conversion * (sessions["device"] == "mobile")
    chance = np.minimum(1 / (1 + np.exp(-(logit + 0.4 * (sessions["referrer"] != "")))), 0.6).to_numpy()
    session, at = interactions["session"].to_numpy(), interactions["at"].to_numpy()
    last = np.searchsorted(session, np.arange(n), side="right") - 1
    length = at[last] - sessions["started"].to_numpy()
    early = draw.random(n) < 0.3
    when = sessions["started"].to_numpy() + np.where(early, (draw.random(n) * length).astype(np.int64), length) + 3
    harm = np.zeros(world.surfaces)
    harm[list(world.harm)] = list(world.harm.values())
    met = interactions[(interactions["kind"] > 0) & (at < when[session])].drop_duplicates(["session", "surface"])
    kept = np.ones(n)
    np.multiply.at(kept, met["session"], 1 - harm[met["surface"]])
    in_window = sessions["started"].to_numpy() > _END_OF_DAY - 27 * 86_400
    final = np.minimum(chance * kept, 1.0)
    by_surface = final[met["session"]] * (1 / (1 - harm[met["surface"]]) - 1) * in_window[met["session"]]
    lost = np.asarray(np.bincount(met["surface"], weights=by_surface, minlength=world.surfaces), dtype=np.float64)
    sessions["converted_at"] = np.where(draw.random(n) < final, when, 0)
    reached = draw.random(n) < 1 / (1 + np.exp(0.5 - sessions["intent"].to_numpy()))
    step_at = sessions["started"].to_numpy() + (draw.random(n) * length * 0.6).astype(np.int64)
    sessions["step_at"] = np.where(reached, np.minimum(step_at, when - 1), 0)
    return lost, float(((chance - final) * in_window).sum())
