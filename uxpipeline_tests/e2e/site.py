"""A site of four weeks: visitors click a button, half of them in rage, and fewer of those become leads."""

from datetime import datetime

from uxpipeline.db.connect import Connection
from uxpipeline.friction.parameters import parameters_of
from uxpipeline.friction.scores import score_day
from uxpipeline.proposals.generate import propose
from uxpipeline.settings import Settings
from uxpipeline_tests.sql.rows import refresh

PER_DAY = 150
_VISITS = b"""
    with visits as (
        select 'site-' || day || '-' || n as session_id, n,
            %(today)s::timestamptz - day * interval '1 day' + interval '10 hours' + n * interval '1 minute' as at
        from generate_series(1, 28) day cross join generate_series(1, %(per_day)s) n
    ),
    sessions as (
        insert into public.user_sessions (session_id, landing_page, created_at, received_at)
        select session_id, '/', at, at from visits
    ),
    events as (
        insert into public.behavior_events (
            session_id, event_type, element_path, element_type, component_id, page_url, "timestamp", received_at
        )
        select session_id, case when n %% 2 = 0 then 'rage_click' else 'click' end, 'body > button#buy', 'button',
            'buy-box', 'https://shop.example/cart', at, at
        from visits
    )
    insert into public.conversion_funnels (session_id, funnel_name, step_name, step_order, entered_at, received_at)
    select session_id, 'lead_capture', 'lead', 1, at + interval '5 minutes', at + interval '5 minutes'
    from visits where case when n %% 2 = 0 then n %% 16 = 0 else n %% 4 = 1 end
"""


def proposed(connection: Connection, settings: Settings, today: datetime) -> str:
    """Its events, facts and scores of yesterday, and the id of what is proposed for its button."""
    connection.execute(_VISITS, {"today": today, "per_day": PER_DAY})
    refresh(connection)
    as_of = today.date().fromordinal(today.date().toordinal() - 1)
    score_day(connection, as_of, None, datetime.now(today.tzinfo), parameters_of(settings.profile))
    (made,) = propose(connection, as_of, settings, datetime.now(today.tzinfo)).made
    return made.proposal_id
