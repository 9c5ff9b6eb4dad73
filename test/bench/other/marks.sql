-- The other side's ways to mark trips, on tables that are copies of rooms_cache with its indexes and foreign key:
--   bench.rooms_none  no trigger          bench.rooms_row   row trigger, keyed table, plpgsql
--   bench.rooms_ours  the engine's        bench.rooms_stmt  statement trigger over transition tables, plpgsql, append-only queue
drop table if exists bench.rooms_none, bench.rooms_ours, bench.rooms_row, bench.rooms_stmt, bench.marks_keyed, bench.marks_queue;
create table bench.marks_keyed (agency_id bigint, trip_id bigint, primary key (agency_id, trip_id));
create table bench.marks_queue (agency_id bigint, trip_id bigint, mark_id bigint generated always as identity, reason text, primary key (agency_id, trip_id, mark_id));

create or replace function bench.mark_row()
returns trigger
language plpgsql
as $$
begin
  insert into bench.marks_keyed values (new.agency_id, new.trip_id) on conflict do nothing;
  return null;
end
$$;

create or replace function bench.mark_statement()
returns trigger
language plpgsql
as $$
begin
  insert into bench.marks_queue (agency_id, trip_id, reason)
  select distinct agency_id, trip_id, tg_table_name
  from new_rows;
  return null;
end
$$;

do $$
declare
  t text;
begin
  foreach t in array array['none', 'ours', 'row', 'stmt'] loop
    execute format('create table bench.rooms_%s (like voygen.rooms_cache including all)', t);
    execute format('alter table bench.rooms_%s add foreign key (agency_id, trip_id, hotel_id) references voygen.hotel_cache on delete cascade', t);
  end loop;
end
$$;
create trigger mark after insert on bench.rooms_ours referencing new table as new_rows for each statement execute function voygen.mark_trips();
create trigger mark after insert on bench.rooms_row for each row execute function bench.mark_row();
create trigger mark after insert on bench.rooms_stmt referencing new table as new_rows for each statement execute function bench.mark_statement();
