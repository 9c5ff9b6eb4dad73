-- The SQL API: one function of schema voygen_api is one tool. The folder runs as a whole, in file order,
-- in one transaction, and may be run again at any time: nothing outside depends on either schema.
--
-- Calls go on meanwhile: the schemas of before step aside, whole and in use until the commit, for which zz_swap.sql holds
-- the calls. Then the deployment drops them.
--
-- voygen_api  tools and the types of their arguments and results
-- voygen_lib  what several tools share; never listed as a tool

-- An earlier deployment may have been interrupted before it dropped them.
drop schema if exists voygen_api_replaced, voygen_lib_replaced cascade;

do $$
begin
  if to_regnamespace('voygen_api') is not null then
    alter schema voygen_api rename to voygen_api_replaced;
  end if;
  if to_regnamespace('voygen_lib') is not null then
    alter schema voygen_lib rename to voygen_lib_replaced;
  end if;
end
$$;

create schema voygen_api authorization voygen_owner;
create schema voygen_lib authorization voygen_owner;

comment on schema voygen_api is
'The tools: one function each. Signature is the input schema, return type the output schema, comment the description, volatility the hints, grant the permission.';
comment on schema voygen_lib is
'What several tools share: names, slugs, checks of amounts, cursors, search words. No tools.';

grant usage on schema voygen_api, voygen_lib to voygen_admin, voygen_agent, voygen_reader;
