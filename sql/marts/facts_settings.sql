-- Utility commands come before the transaction's snapshot, which a query would take. A sample says enough of the tables a
-- day is computed with.
set local lock_timeout = '1min';
set local work_mem = '64MB';
set local jit = off;
set local default_statistics_target = 10;
