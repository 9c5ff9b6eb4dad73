-- An independent recomputation of trip facts, in plain SQL and PL/pgSQL.
--
-- Written from the meaning of the document (extension/README.md, "Facts: what each value means"), never from the C
-- code it checks: two programs that agree on thousands of odd trips are unlikely to share a mistake. It is slow and
-- plain on purpose. It needs nothing of the extension but the generated columns of hotel_cache.
--
--   select * from facts_model.trip_facts(1, 4711, now());        one trip
--   select * from facts_model.trip_facts(1, null, now());        all trips of the agency
--   select * from facts_model.drift(1);                          stored facts against the model, one row per path

set client_min_messages = warning;
\ir facts_model/10-amounts.sql
\ir facts_model/20-commission.sql
\ir facts_model/30-offers.sql
\ir facts_model/40-document.sql
\ir facts_model/50-drift.sql
reset client_min_messages;
