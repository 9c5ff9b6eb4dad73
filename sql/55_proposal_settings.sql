-- What the agency's settings say about proposals: keys branding and proposals of agencies.settings. What is not as it should be is left
-- out and named in the warnings, so that no document breaks over a setting.

create function voygen_lib.known(value jsonb, beside text default null) returns jsonb
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  case jsonb_typeof(value)
    when 'object' then
      return (
        select jsonb_object_agg(e.key, inner_part.known)
        from jsonb_each(value) as e
        cross join lateral (select voygen_lib.known(e.value, beside)) as inner_part(known)
        where inner_part.known is not null
          and e.key is distinct from beside);
    when 'array' then
      return (
        select jsonb_agg(inner_part.known order by e.place)
        from jsonb_array_elements(value) with ordinality as e(value, place)
        cross join lateral (select voygen_lib.known(e.value, beside)) as inner_part(known)
        where inner_part.known is not null);
    when 'string' then
      return case when btrim(value #>> '{}', E' \t\r\n') <> '' then value end;
    when 'null' then
      return null;
    else
      return value;
  end case;
end
$$;
comment on function voygen_lib.known(jsonb, text) is
'A document without what is unknown: no null, no empty text, list or object at any depth, and no key of that name.';

create function voygen_lib.amount_text(amount numeric, currency text) returns text
language sql immutable parallel safe
begin atomic
  select voygen_lib.exact(amount, currency)::text;
end;
comment on function voygen_lib.amount_text(numeric, text) is 'An amount as a document has it: digits, a point and the decimals of its currency.';

create function voygen_lib.rounded(amount numeric, currency text) returns numeric
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case
    when voygen_lib.rounding() = 'half_even' and mod(abs(s.units), 1) = 0.5 and mod(floor(s.units), 2) = 0
    then floor(s.units)
    else round(s.units)
  end / 10::numeric ^ s.digits
  from (
    select d.digits, rounded.amount * 10::numeric ^ d.digits as units
    from (select coalesce(currency_exponent(rounded.currency), 3) as digits) as d
  ) as s
$$;
comment on function voygen_lib.rounded(numeric, text) is 'An amount in whole minor units, halves as the agency rounds.';

create function voygen_lib.proposal_settings() returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case when jsonb_typeof(a.settings -> 'proposals') = 'object' then a.settings -> 'proposals' else '{}' end
  from agencies as a
  where a.agency_id = voygen_lib.agency()
$$;
comment on function voygen_lib.proposal_settings() is
'What the agency set for its proposals: markup (percent by kind: hotel, air, transfer, activity), valid_days, terms, included, not_included, next_steps, option_names, labels, lang.';

create function voygen_lib.is_percent(value jsonb) returns boolean
language sql immutable parallel safe
begin atomic
  select coalesce(voygen_lib.number(value) between 0 and 100, false);
end;
comment on function voygen_lib.is_percent(jsonb) is 'Whether a setting is a percentage.';

create function voygen_lib.markup_percent(settings jsonb, kind text) returns numeric
language sql immutable parallel safe
begin atomic
  select case when voygen_lib.is_percent(settings -> 'markup' -> kind) then voygen_lib.number(settings -> 'markup' -> kind) else 0 end;
end;
comment on function voygen_lib.markup_percent(jsonb, text) is 'What the agency puts on top of a price of this kind, in percent; nothing unless it said so.';

create function voygen_lib.markup(settings jsonb, kind text, amount numeric, tax text, tax_amount numeric, currency text) returns numeric
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select voygen_lib.rounded(
    greatest(amount - case when tax = 'included' then coalesce(tax_amount, 0) else 0 end, 0) * voygen_lib.markup_percent(settings, kind) / 100,
    currency)
$$;
comment on function voygen_lib.markup(jsonb, text, numeric, text, numeric, text) is 'What the agency puts on top of a price; tax that is known to be in it earns nothing.';

create function voygen_lib.valid_days(settings jsonb) returns integer
language sql immutable parallel safe
begin atomic
  select case
    when voygen_lib.number(settings -> 'valid_days') between 1 and 365 then pg_catalog.trunc(voygen_lib.number(settings -> 'valid_days'))::integer
    else 14
  end;
end;
comment on function voygen_lib.valid_days(jsonb) is 'How many days a proposal is valid, 14 unless the agency says otherwise.';

create function voygen_lib.texts_setting(settings jsonb, name text) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(e.value order by e.place)
  from jsonb_array_elements(case when jsonb_typeof(settings -> name) = 'array' then settings -> name else '[]' end) with ordinality as e(value, place)
  where jsonb_typeof(e.value) = 'string'
$$;
comment on function voygen_lib.texts_setting(jsonb, text) is 'A setting that is a list of texts; what is no text is left out.';

create function voygen_lib.text_setting(settings jsonb, name text) returns text
language sql immutable parallel safe
begin atomic
  select case when pg_catalog.jsonb_typeof(settings -> name) = 'string' then settings ->> name end;
end;
comment on function voygen_lib.text_setting(jsonb, text) is 'A setting that is a text; null for anything else.';

create function voygen_lib.labels_setting(settings jsonb) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_object_agg(e.key, e.value)
  from jsonb_each(case when jsonb_typeof(settings -> 'labels') = 'object' then settings -> 'labels' else '{}' end) as e
  where jsonb_typeof(e.value) = 'string'
$$;
comment on function voygen_lib.labels_setting(jsonb) is 'The agency''s own words for fixed headings.';

create function voygen_lib.colour(value text) returns text
language sql immutable parallel safe
begin atomic
  select case when value ~ '^#[0-9a-fA-F]{6}$' then pg_catalog.lower(value) end;
end;
comment on function voygen_lib.colour(text) is 'A colour as #rrggbb; null for anything else, which would be style of its own.';

create function voygen_lib.theme(branding jsonb) returns jsonb
language sql immutable parallel safe
begin atomic
  select pg_catalog.jsonb_build_object(
    'palette', case
      when branding #>> '{theme,palette}' in ('professional-blue', 'luxury-gold', 'minimal-gray', 'vibrant-teal', 'sunset-orange')
      then branding #>> '{theme,palette}'
    end,
    'primary', voygen_lib.colour(branding #>> '{theme,primary}'),
    'dark', voygen_lib.colour(branding #>> '{theme,dark}'),
    'accent', voygen_lib.colour(branding #>> '{theme,accent}'));
end;
comment on function voygen_lib.theme(jsonb) is 'The colours of the agency''s documents.';

create function voygen_lib.agency_branding(advisor_id bigint) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_build_object(
    'name', a.name,
    'tagline', voygen_lib.text_setting(b.branding, 'tagline'),
    'advisor', u.name,
    'email', coalesce(u.email, voygen_lib.text_setting(b.branding, 'email')),
    'phone', voygen_lib.text_setting(b.branding, 'phone'),
    'website', substring(voygen_lib.text_setting(b.branding, 'website') from '^https?://[^[:space:]<>"'']+$'),
    'address', voygen_lib.text_setting(b.branding, 'address'),
    'registration', voygen_lib.text_setting(b.branding, 'registration'),
    'theme', voygen_lib.theme(b.branding),
    'picture_url', substring(b.branding #>> '{logo,url}' from '^https?://[^[:space:]<>"'']+$'))
  from agencies as a
  cross join lateral (select case when jsonb_typeof(a.settings -> 'branding') = 'object' then a.settings -> 'branding' else '{}' end as branding) as b
  left join users as u on u.agency_id = a.agency_id and u.user_id = agency_branding.advisor_id
  where a.agency_id = voygen_lib.agency()
$$;
comment on function voygen_lib.agency_branding(bigint) is 'The agency as its documents show it, with the advisor of a trip.';

create function voygen_lib.settings_warnings() returns text[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select format('the agency''s setting branding.theme.%s is not used: %s', e.key, left(e.value #>> '{}', 40))
    from agencies as a
    cross join lateral jsonb_each(case when jsonb_typeof(a.settings #> '{branding,theme}') = 'object' then a.settings #> '{branding,theme}' else '{}' end) as e
    where a.agency_id = voygen_lib.agency()
      and not coalesce(voygen_lib.theme(a.settings -> 'branding') ->> e.key = lower(e.value #>> '{}'), false)
    order by e.key)
  || array(
    select format('the agency''s setting proposals.markup.%s is not used: it is no percentage from 0 to 100', e.key)
    from jsonb_each(case
      when jsonb_typeof(voygen_lib.proposal_settings() -> 'markup') = 'object' then voygen_lib.proposal_settings() -> 'markup' else '{}' end) as e
    where e.key not in ('hotel', 'air', 'transfer', 'activity')
       or not voygen_lib.is_percent(e.value)
    order by e.key)
$$;
comment on function voygen_lib.settings_warnings() is 'Settings of the agency that cannot be used.';
