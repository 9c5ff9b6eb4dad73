-- What the view voygen.tool makes of a function: its signature, its types and its comment.
\set VERBOSITY terse
begin;
create type voygen_api.regress_room as (name text, price numeric(10,2), beds text[], tags varchar(8));
comment on column voygen_api.regress_room.name is 'What it is called. @required @max 80 @example Twin';
comment on column voygen_api.regress_room.price is 'For one night. @min 0 @unit EUR';
create type voygen_api.regress_state as enum ('open', 'sold');
create type voygen_api.regress_answer as (booking_id bigint, state voygen_api.regress_state, rooms voygen_api.regress_room[]);
comment on column voygen_api.regress_answer.booking_id is '@format id @required';

create function voygen_api.regress_book(trip_id text, rooms voygen_api.regress_room[], nights smallint default 1, arrive date default null, note text default null,
  raw jsonb default null, idempotency_key text default null)
returns voygen_api.regress_answer
language sql volatile set search_path = pg_catalog, pg_temp
return row(1, 'open', rooms)::voygen_api.regress_answer;
comment on function voygen_api.regress_book is
'Book rooms
Books rooms for a trip.
Mail to desk@example.org is not sent.
@param trip_id Number or slug of the trip. @format id
@param rooms The rooms
  in the order of arrival. @max_items 3
@param nights How long. @min 1 @max 30
@param arrive First day. @example 2026-05-01
@param note For the hotel. @redact
@param raw What the site said.
@param idempotency_key Runs once.
@required arrive
@destructive
@idempotent
@job regress_answer
@example {"trip_id": "rome", "arrive": "2026-05-01",
  "rooms": [{"name": "Twin", "price": 90.50}]}';

select title, description, read_only, destructive, idempotent, is_job, examples
from voygen.tool
where name = 'regress_book';
select jsonb_pretty(input_schema) from voygen.tool where name = 'regress_book';
select jsonb_pretty(output_schema) from voygen.tool where name = 'regress_book';
select output_schema = job_schema as job_answers_the_same from voygen.tool where name = 'regress_book';
select problem from voygen.tool_problems() where tool = 'regress_book';

-- A role sees the tools it may execute.
grant execute on function voygen_api.regress_book to voygen_agent;
revoke execute on function voygen_api.regress_book from public;
set local role voygen_agent;
select count(*) from voygen.tool where name = 'regress_book';
set local role voygen_reader;
select count(*) from voygen.tool where name = 'regress_book';
reset role;

-- Faults are named.
comment on function voygen_api.regress_book is
'Book rooms
@param trip_id
@param room The rooms. @max_items many
@param nights How long. @minimum 1 @format date
@required guests
@job nothing
@example {"rooms": 1}';
comment on column voygen_api.regress_room.beds is '@min 3 @items no_such_type';
select problem from voygen.tool_problems() where tool = 'regress_book';
rollback;

-- Every tool of the API is well.
select * from voygen.tool_problems();

-- Errors from SQL.
select voygen.raise('not_found', 'there is no trip 5', path => '/trip_id', expected => 'a trip', got => '5', hint => 'find_trips finds them.');
select voygen.raise('teapot', 'no such code');
