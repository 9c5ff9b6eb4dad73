-- What both generators share: a number from 0 to n - 1, settled by the row and the salt.
create schema if not exists bench;
create or replace function bench.pick(id bigint, salt integer, n integer)
returns integer
language sql
immutable
parallel safe
return ((hashint8extended(id, salt) & 2147483647) % n)::integer;
