-- What the program in front has to know of a caller before anything is called.

create function voygen_lib.mcp_describe_caller() returns json
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_strip_nulls(json_build_object(
    'agency', (select json_build_object('agency_id', a.agency_id, 'slug', a.slug, 'name', a.name, 'currency', a.currency) from agencies as a where a.agency_id = voygen_lib.agency()),
    'role', c.role,
    'user', (select json_build_object('user_id', u.user_id, 'name', u.name, 'email', u.email) from users as u where u.agency_id = voygen_lib.agency() and u.user_id = c.user_id),
    'features', (select json_object_agg(l.flag, feature_on(l.flag) order by l.flag) from feature_list() as l)))
  from caller() as c
$$;
comment on function voygen_lib.mcp_describe_caller() is
'Describe the caller
Agency, role and person behind a token, and which behaviours the agency has switched on.';
