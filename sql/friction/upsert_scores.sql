-- A rerun over the same input changes no row; a replay (--known-at) says so in input_watermark even where it scores alike.
insert into public.friction_scores as stored
select * from new_scores
order by as_of, surface_level, surface_key, signal
on conflict (as_of, surface_level, surface_key, signal) do update
set denominator = excluded.denominator,
    exposed_sessions = excluded.exposed_sessions,
    affected_sessions = excluded.affected_sessions,
    affected_visitors = excluded.affected_visitors,
    converted_sessions = excluded.converted_sessions,
    rate = excluded.rate,
    rate_low = excluded.rate_low,
    rate_high = excluded.rate_high,
    evidence_grade = excluded.evidence_grade,
    rank = excluded.rank,
    score_version = excluded.score_version,
    input_watermark = excluded.input_watermark,
    component_id = excluded.component_id,
    page_key = excluded.page_key,
    element_type = excluded.element_type,
    observed_days = excluded.observed_days
where %(replay)s
    or (
        stored.denominator, stored.exposed_sessions, stored.affected_sessions, stored.affected_visitors,
        stored.converted_sessions, stored.rate, stored.rate_low, stored.rate_high, stored.evidence_grade, stored.rank,
        stored.score_version, stored.component_id, stored.page_key, stored.element_type, stored.observed_days
    ) is distinct from (
        excluded.denominator, excluded.exposed_sessions, excluded.affected_sessions, excluded.affected_visitors,
        excluded.converted_sessions, excluded.rate, excluded.rate_low, excluded.rate_high, excluded.evidence_grade,
        excluded.rank, excluded.score_version, excluded.component_id, excluded.page_key, excluded.element_type,
        excluded.observed_days
    );
