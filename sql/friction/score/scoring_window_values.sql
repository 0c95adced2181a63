insert into pg_temp.scoring_window
values (
    %(as_of)s, %(window_end)s, %(known_at)s, %(window_days)s, %(recent_days)s, %(gate_exposed)s, %(gate_affected)s,
    %(gate_visitors)s, %(fewest_controls)s, %(overlap_wanted)s, %(hesitation_quantile)s
);
