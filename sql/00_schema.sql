-- The SQL API: one function of schema voygen_api is one tool. The folder runs as a whole, in file order,
-- in one transaction, and may be run again at any time: nothing outside depends on either schema.
--
-- voygen_api  tools and the types of their arguments and results
-- voygen_lib  what several tools share; never listed as a tool

drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

create schema voygen_api authorization voygen_owner;
create schema voygen_lib authorization voygen_owner;

comment on schema voygen_api is
'The tools: one function each. Signature is the input schema, return type the output schema, comment the description, volatility the hints, grant the permission.';
comment on schema voygen_lib is
'What several tools share: names, slugs, checks of amounts, cursors, search words. No tools.';

grant usage on schema voygen_api, voygen_lib to voygen_admin, voygen_agent, voygen_reader;
