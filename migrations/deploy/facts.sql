-- Deploy voygen:facts to pg
begin;
set local role voygen_owner;

create table voygen.trip_facts (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  facts jsonb not null,
  lead_price_min numeric(14,3),
  total_commission_potential numeric(14,3),
  currency char(3),
  availability_status text check (availability_status in ('available', 'sold_out', 'not_checked', 'extract_failed')),
  last_availability_check timestamptz,
  nights integer,
  traveler_count integer,
  valid_until timestamptz,
  refreshed_at timestamptz not null default now(),
  primary key (agency_id, trip_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade
) with (toast_tuple_target = 4080);
-- Kept in line: reading one key of every document costs less than half of what an out-of-line document does.
alter table voygen.trip_facts alter column facts set compression lz4;
create index idx_trip_facts_price on voygen.trip_facts (agency_id, lead_price_min, trip_id);
create index idx_trip_facts_commission on voygen.trip_facts (agency_id, total_commission_potential, trip_id);
create index idx_trip_facts_valid on voygen.trip_facts (valid_until) where valid_until is not null;
comment on table voygen.trip_facts is
  'One document per trip with everything a reader asks for, rebuilt from the trip''s rows when they change.';
comment on column voygen.trip_facts.lead_price_min is
  'Lowest nightly amount of an available hotel in the trip''s currency.';
comment on column voygen.trip_facts.total_commission_potential is
  'Sum over legs of the best available commission, in the trip''s currency.';
comment on column voygen.trip_facts.currency is 'The trip''s currency when the facts were built.';
comment on column voygen.trip_facts.valid_until is
  'Moment from which the facts are out of date though no row changed: a price turns a day old, a rate starts or stops.';

create table voygen.trip_facts_history (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  recorded_at timestamptz not null default now(),
  lead_price_min numeric(14,3),
  total_commission_potential numeric(14,3),
  availability_status text,
  primary key (agency_id, trip_id, recorded_at),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade
);
comment on table voygen.trip_facts_history is
  'Lead price, commission and availability of a trip over time: a row whenever one of them changed.';

create sequence voygen.facts_dirty_mark_id cache 32;
comment on sequence voygen.facts_dirty_mark_id is 'Numbers the marks of voygen.facts_dirty.';

create table voygen.facts_dirty (
  agency_id bigint not null,
  trip_id bigint not null,
  mark_id bigint not null default nextval('voygen.facts_dirty_mark_id'),
  trip_until bigint,
  reason text not null,
  marked_at timestamptz not null default now(),
  primary key (agency_id, trip_id, mark_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table voygen.facts_dirty is
  'Queue of trips whose facts are out of date. Rows are only added and taken away: a mark commits with the change '
  'that caused it and never waits for another.';
comment on column voygen.facts_dirty.trip_id is
  'The trip; 0 stands for every trip of the agency, a negative number for every trip of the client of that number.';
comment on column voygen.facts_dirty.trip_until is
  'When given, the mark stands for the trips from trip_id up to and including this one.';
comment on column voygen.facts_dirty.reason is 'Table that changed, or what the caller said.';

create table voygen.facts_failed (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  reason text not null,
  sqlstate text not null,
  failed_at timestamptz not null default now(),
  attempts integer not null default 1,
  primary key (agency_id, trip_id)
);
comment on table voygen.facts_failed is 'Trips whose facts could not be built, set aside so that the others go on.';

create table voygen.facts_runs (
  agency_id bigint,
  run_id bigint not null generated always as identity,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  refreshed bigint not null default 0,
  unchanged bigint not null default 0,
  failed bigint not null default 0,
  error text,
  primary key (run_id)
);
create index idx_facts_runs_started on voygen.facts_runs (agency_id, started_at desc);
comment on table voygen.facts_runs is 'What the refresh runs did, newest last.';
comment on column voygen.facts_runs.agency_id is 'Agency the run was asked for; null when it served all.';

call voygen.protect_table('voygen.trip_facts');
call voygen.protect_table('voygen.trip_facts_history');
call voygen.protect_table('voygen.facts_dirty');
call voygen.protect_table('voygen.facts_failed');
call voygen.protect_table('voygen.facts_runs');
grant select on voygen.trip_facts, voygen.trip_facts_history, voygen.facts_dirty, voygen.facts_failed, voygen.facts_runs
  to voygen_reader, voygen_agent, voygen_admin;
grant insert on voygen.facts_dirty to voygen_agent, voygen_admin;
grant usage on sequence voygen.facts_dirty_mark_id to voygen_agent, voygen_admin;

commit;
