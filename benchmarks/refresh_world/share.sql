-- A number from 0 up to 1 that follows from two whole numbers: the same world every time, on every server.
create or replace function pg_temp.share(number bigint, salt bigint) returns double precision
language sql immutable parallel safe
as $$ select (hashint8extended(number, salt) & 2147483647) / 2147483648.0 $$;
