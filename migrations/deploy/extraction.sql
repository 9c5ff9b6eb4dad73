-- Deploy voygen:extraction to pg
begin;
set local role voygen_owner;

create table voygen.extraction_sessions (
  agency_id bigint not null default voygen.current_agency(),
  session_id text not null default 'x' || voygen.next_id(),
  trip_id bigint not null,
  site text not null,
  status text not null default 'running' check (status in ('running', 'completed', 'partial', 'failed', 'cancelled')),
  search jsonb not null default '{}' check (jsonb_typeof(search) = 'object'),
  hotels_found integer not null default 0 check (hotels_found >= 0),
  rooms_found integer not null default 0 check (rooms_found >= 0),
  resume_state jsonb,
  error_message text,
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (agency_id, session_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, site) references voygen.sites
);
create index idx_extraction_sessions_trip on voygen.extraction_sessions (agency_id, trip_id, started_at desc);
create index idx_extraction_sessions_site on voygen.extraction_sessions (agency_id, site, started_at desc);
comment on table voygen.extraction_sessions is 'One search on one site for one trip.';
comment on column voygen.extraction_sessions.session_id is
  'Text, because callers that drive their own browser bring their own.';
comment on column voygen.extraction_sessions.search is 'What was searched for: destination, dates, rooms, party.';
comment on column voygen.extraction_sessions.resume_state is 'Where to go on after an interruption.';

create table voygen.extraction_attempts (
  agency_id bigint not null default voygen.current_agency(),
  session_id text not null,
  attempt_id bigint not null default voygen.next_id(),
  attempt smallint not null check (attempt > 0),
  outcome text check (outcome in ('ok', 'empty', 'not_ready', 'unknown_page', 'markup_changed', 'failed')),
  page_url text,
  http_status smallint,
  hotels_found integer not null default 0 check (hotels_found >= 0),
  error_message text,
  html_path text,
  screenshot_path text,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (agency_id, session_id, attempt_id),
  foreign key (agency_id, session_id) references voygen.extraction_sessions on delete cascade
);
comment on table voygen.extraction_attempts is
  'Tries within an extraction session, with what was kept for finding out why one failed.';
comment on column voygen.extraction_attempts.outcome is
  'Null while the attempt runs; only empty means that the site had nothing to offer.';

call voygen.protect_table('voygen.extraction_sessions');
call voygen.protect_table('voygen.extraction_attempts');
grant select on voygen.extraction_sessions, voygen.extraction_attempts to voygen_reader;
grant select, insert, update, delete on voygen.extraction_sessions, voygen.extraction_attempts to voygen_agent,
  voygen_admin;

commit;
