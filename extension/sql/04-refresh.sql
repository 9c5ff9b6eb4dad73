-- Working the queue of marks, and facts that are never stale. None of these looks at row security: they take the agency
-- as an argument and are for the owner's functions only.

create function voygen.refresh_facts(agency_id bigint default null, trip_ids bigint[] default null,
                                     force boolean default false, max_trips bigint default null,
                                     out refreshed bigint, out unchanged bigint, out failed bigint, out skipped bigint)
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_refresh_facts';
revoke execute on function voygen.refresh_facts(bigint, bigint[], boolean, bigint) from public;
comment on function voygen.refresh_facts(bigint, bigint[], boolean, bigint) is
  'Builds the facts of marked trips of an agency (null: of all), or of the trips named. force builds what is fresh too; '
  'max_trips ends the call after the portion that reaches it. skipped counts trips another session was working on; '
  'failed ones are in facts_failed.';

create function voygen.refresh_and_tell(agency_id bigint default null, trip_ids bigint[] default null,
                                        force boolean default false, max_trips bigint default null,
                                        out refreshed bigint, out unchanged bigint, out failed bigint, out skipped bigint)
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_refresh_and_tell';
revoke execute on function voygen.refresh_and_tell(bigint, bigint[], boolean, bigint) from public;
comment on function voygen.refresh_and_tell(bigint, bigint[], boolean, bigint) is
  'Refreshes as refresh_facts does, and tells whoever listens on voygen_facts of the trips whose facts changed, as "AGENCY '
  'TRIP,TRIP,…" or "AGENCY many". Such a transaction cannot be prepared.';

create function voygen.trip_facts_fresh(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean)
  language c stable strict parallel restricted rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_fresh';
revoke execute on function voygen.trip_facts_fresh(bigint, bigint[]) from public;
comment on function voygen.trip_facts_fresh(bigint, bigint[]) is
  'Facts of the trips as of now: the stored ones where they hold, else built in memory (stored is then false). Writes nothing.';

create function voygen.trip_facts_told(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean, error text)
  language c stable strict parallel unsafe rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_told';
revoke execute on function voygen.trip_facts_told(bigint, bigint[]) from public;
comment on function voygen.trip_facts_told(bigint, bigint[]) is
  'The same, but a trip that cannot be built does not end the statement: it is told as stored last, or with nulls, and error '
  'says why.';

create function voygen.trip_facts_rebuilt(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean)
  language c stable strict parallel restricted rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_rebuilt';
revoke execute on function voygen.trip_facts_rebuilt(bigint, bigint[]) from public;
comment on function voygen.trip_facts_rebuilt(bigint, bigint[]) is
  'What the stored facts of each fresh trip should be as of the time they were made; stored says whether they are.';
