-- Dedupe keys of every proposal ever made: none is proposed twice, whatever became of it.
select distinct metadata ->> 'dedupe_key' from public.optimization_history where metadata ? 'dedupe_key';
