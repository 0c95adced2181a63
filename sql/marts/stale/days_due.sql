-- Whether a day was verified too long ago.
select exists (select from uxpipeline.fact_days where verified_at < %(verified_before)s);
