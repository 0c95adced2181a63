insert into public.experiment_decisions (test_id, as_of, look, information, z, boundary, harm_e, srm_p, decision, reason)
values (
    %(test_id)s, %(as_of)s, %(look)s, %(information)s, %(z)s, %(boundary)s, %(harm_e)s, %(srm_p)s, %(decision)s, %(reason)s
)
on conflict (test_id, as_of) do update
set look = excluded.look,
    information = excluded.information,
    z = excluded.z,
    boundary = excluded.boundary,
    harm_e = excluded.harm_e,
    srm_p = excluded.srm_p,
    decision = excluded.decision,
    reason = excluded.reason;
