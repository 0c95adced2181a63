-- Settings of one transaction; session settings would leak through a transaction pooler.
select set_config('timezone', 'UTC', true),
       set_config('lock_timeout', '5s', true),
       set_config('statement_timeout', %(statement_timeout)s, true),
       set_config('idle_in_transaction_session_timeout', '10min', true);
