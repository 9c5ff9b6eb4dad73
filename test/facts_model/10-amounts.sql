-- Amounts, days and instants as the document prints them.

create schema if not exists facts_model;

create or replace function facts_model.exponent(currency text)
returns integer
language sql
immutable
as $$
  -- ISO 4217, minor units that are not 2
  select case
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
                      'VUV', 'XAF', 'XOF', 'XPF') then 0
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when currency in ('CLF', 'UYW') then 4
    else 2
  end
$$;

create or replace function facts_model.amount(value numeric, currency text)
returns numeric
language sql
immutable
as $$
  select round(value, facts_model.exponent(currency))
$$;

-- Exact to the last digit, with no fewer digits than the currency has.
create or replace function facts_model.exact(value numeric, currency text)
returns numeric
language sql
immutable
as $$
  select round(value, greatest(facts_model.exponent(currency), min_scale(value)))
$$;

create or replace function facts_model.instant(value timestamptz)
returns text
language sql
stable
as $$
  select to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

create or replace function facts_model.day(value timestamptz)
returns date
language sql
stable
as $$
  select (value at time zone 'UTC')::date
$$;

create or replace function facts_model.midnight(value date)
returns timestamptz
language sql
stable
as $$
  select value::timestamp at time zone 'UTC'
$$;

-- num / den rounded to the currency's digits. den > 0, num >= 0; nothing is lost before this step.
create or replace function facts_model.round_ratio(num numeric, den numeric, currency text, rounding text)
returns numeric
language sql
immutable
as $$
  with scaled as (
    select num * 10::numeric ^ facts_model.exponent(currency) as n
  ), parts as (
    select div(n, den) as whole, 2 * (n - div(n, den) * den) as twice_rest
    from scaled
  )
  select round(
      (whole + case
         when twice_rest > den then 1
         when twice_rest < den then 0
         when rounding = 'half_even' then mod(whole, 2)
         else 1
       end) / 10::numeric ^ facts_model.exponent(currency),
      facts_model.exponent(currency))
  from parts
$$;
