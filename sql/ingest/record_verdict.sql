insert into uxpipeline.stage_verdicts (load_id, passed, findings, rows_counted, digest)
values (%(load_id)s, %(passed)s, %(findings)s, %(rows_counted)s, %(digest)s);
