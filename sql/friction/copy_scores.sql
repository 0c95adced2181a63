copy new_scores (
    as_of, surface_level, surface_key, signal, denominator, exposed_sessions, affected_sessions, affected_visitors,
    converted_sessions, rate, rate_low, rate_high, evidence_grade, rank, score_version, input_watermark, component_id,
    page_key, element_type, observed_days
) from stdin
