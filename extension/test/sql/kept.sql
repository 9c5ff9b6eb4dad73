-- Statements whose plans are kept answer what EXECUTE would, whatever happens to what they read.
\set VERBOSITY terse
create schema kept;
create table kept.numbers (n integer, word text);
insert into kept.numbers select n, 'word ' || n % 3 from generate_series(1, 100) n;
create type kept.pair as (count bigint, words text[]);
-- values are bound, nulls too; a composite and an array come out whole
select voygen.kept(null::bigint, 'select count(*) from kept.numbers where n > $1', 90) as ten,
       voygen.kept(null::bigint, 'select count(*) from kept.numbers where n > $1', null::integer) as none,
       voygen.kept(null::bigint, 'select null::bigint where $1 = 1', 1) as nothing,
       (voygen.kept(null::kept.pair, 'select (count(*), array_agg(distinct word order by word))::kept.pair from kept.numbers where n < $1 and word <> $2', 50, 'word 1'::text)).*;
-- the same text with another type is another statement
select voygen.kept(null::text, 'select $1::text', 1.50) as number, voygen.kept(null::text, 'select $1::text', true) as truth;
-- a plan outlives an index, a column and a table that it was made for
create function pg_temp.counted() returns bigint language sql as $$ select voygen.kept(null::bigint, 'select count(*) from kept.numbers where n = $1', 7) $$;
create index numbers_n on kept.numbers (n);
analyze kept.numbers;
select pg_temp.counted() as with_index;
drop index kept.numbers_n;
alter table kept.numbers add column other integer;
select pg_temp.counted() as without;
drop table kept.numbers;
create table kept.numbers (n integer, word text);
insert into kept.numbers values (7, 'a'), (7, 'b');
select pg_temp.counted() as of_the_new_one;
-- more statements than are kept, each twice
select count(*) as right from generate_series(1, 300) s, generate_series(1, 2) again
where voygen.kept(null::bigint, format('select count(*) + %s from kept.numbers where n = $1', s), 7) = 2 + s;
select count(*) as right from generate_series(1, 2) again, generate_series(1, 300) s
where voygen.kept(null::bigint, format('select count(*) + %s from kept.numbers where n = $1', s), 7) = 2 + s;
-- one that asks for another while it runs, many times over
create function kept.ask(depth integer) returns bigint language sql
  as $$ select case when depth = 0 then 0 else 1 + voygen.kept(null::bigint, format('select kept.ask($1) /* %s */', depth), depth - 1) end $$;
select kept.ask(150) as asked;
-- rights are asked for each time, though the plan is there
grant usage on schema kept to voygen_reader;
grant select on kept.numbers to voygen_reader;
grant execute on function voygen.kept(anyelement, text, "any") to voygen_reader;
set role voygen_reader;
select voygen.kept(null::bigint, 'select count(*) from kept.numbers where word > $1', 'A'::text) as allowed;
reset role;
revoke select on kept.numbers from voygen_reader;
select voygen.kept(null::bigint, 'select count(*) from kept.numbers where word > $1', 'A'::text) as owner;
set role voygen_reader;
select voygen.kept(null::bigint, 'select count(*) from kept.numbers where word > $1', 'A'::text);
reset role;
revoke execute on function voygen.kept(anyelement, text, "any") from voygen_reader;
set role voygen_reader;
select voygen.kept(null::bigint, 'select 1::bigint', 1);
reset role;
-- what is no answer
select voygen.kept(null::bigint, 'select 1', 1);
select voygen.kept(null::bigint, 'select n::bigint from kept.numbers where n = $1', 7);
select voygen.kept(null::bigint, 'insert into kept.numbers values ($1) returning n::bigint', 8);
select voygen.kept(null::bigint, 'select 1 / $1::bigint', 0);
select voygen.kept(null::bigint, 'select nothing.like($1)', 0);
select voygen.kept(null::bigint, 'select 6 / $1::bigint', 2) as goes_on;
select voygen.kept(null::bigint, null, 2);
select voygen.kept(null::bigint, 'select 1', 1, 2, 3, 4, 5, 6, 7, 8, 9);
set client_min_messages = warning;
drop schema kept cascade;
