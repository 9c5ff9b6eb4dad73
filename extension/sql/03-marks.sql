-- Triggers that mark trips whose facts a statement made out of date.

create function voygen.mark_trips() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_trips';
comment on function voygen.mark_trips() is
  'Trigger for tables with agency_id and trip_id: AFTER each statement, with REFERENCING old and new rows, one event per trigger; or AFTER each row.';

create function voygen.mark_clients() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_clients';
comment on function voygen.mark_clients() is
  'Trigger for clients: marks all trips of each client a statement changed.';

create function voygen.mark_agencies() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_agencies';
comment on function voygen.mark_agencies() is
  'Trigger for rates, rules, volumes and agencies: marks every trip of each agency a statement changed, with one row.';

create procedure voygen.watch_table(subject regclass)
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  marker text;
begin
  marker := case
    when subject in ('voygen.clients'::regclass) then 'voygen.mark_clients()'
    when subject in ('voygen.agencies'::regclass, 'voygen.commission_rates'::regclass,
                     'voygen.commission_rules'::regclass, 'voygen.commission_volumes'::regclass)
      then 'voygen.mark_agencies()'
    else 'voygen.mark_trips()'
  end;
  execute format('create trigger mark_insert after insert on %s referencing new table as new_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_delete after delete on %s referencing old table as old_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_truncate after truncate on %s for each statement execute function %s', subject, marker);
  execute format('alter table %s enable always trigger mark_insert', subject);
  execute format('alter table %s enable always trigger mark_update', subject);
  execute format('alter table %s enable always trigger mark_delete', subject);
  execute format('alter table %s enable always trigger mark_truncate', subject);
end
$$;
revoke execute on procedure voygen.watch_table(regclass) from public;
comment on procedure voygen.watch_table(regclass) is
  'Gives a table the four triggers that mark trips; they fire whatever session_replication_role is.';
