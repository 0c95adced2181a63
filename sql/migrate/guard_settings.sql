-- The lock is held as long as the statement beside it takes.
select set_config('idle_in_transaction_session_timeout', '0', true);
