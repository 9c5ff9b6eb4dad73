-- Verify voygen:news on pg
\o /dev/null
select 1 / (count(*) = 2)::int from pg_catalog.pg_event_trigger where evtname in ('voygen_tools_changed', 'voygen_tools_dropped') and evtenabled = 'O';
select 1 / (count(*) = 4)::int from pg_catalog.pg_trigger where tgfoid = 'voygen.tell_agency()'::regprocedure;
