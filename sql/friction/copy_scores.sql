copy new_scores (
    as_of, surface_level, surface_key, signal, denominator, exposed_sessions, affected_sessions, affected_visitors,
    converted_sessions, rate, rate_low, rate_high, friction_index, severity, severity_se, lost_conversions,
    lost_low, lost_high, lost_rank_bound, p_loss, overlap, evidence_grade, state, rank, score_version,
    input_watermark, component_id, page_key, element_type, observed_days, raw_severity, matched_on, loss_q,
    negative_control_p, placebo_p, e_value, excess_abandons, recent_exposed, recent_affected, anomaly_q
) from stdin
