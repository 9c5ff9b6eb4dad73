-- Tiers for any query.
select voygen.price_cuts(p) from generate_series(1, 9) p;
select voygen.price_cuts(p) from generate_series(1, 8) p;
select voygen.price_cuts(p) from generate_series(1, 2) p;
select voygen.price_cuts(p) from generate_series(1, 0) p;
select voygen.price_cuts(p, 'percentile', 40, 70) from (values (10.50), (11), (12.25), (14), (19.99)) v (p);
select (voygen.price_cuts(p)).low_below = percentile_cont(0.25) within group (order by p::numeric) as type_7 from generate_series(7, 40, 3) p;
select g, voygen.price_cuts(p) from (values ('a', 1), ('a', null), ('b', 100), ('b', 200), ('b', 300)) v (g, p) group by g order by g;
select p, voygen.price_tier(p) over () as rank, voygen.price_tier(p, 'kmeans', 25, 75) over () as kmeans
from (values (80), (82.5), (81), (200), (210.00), (205), (900), (null)) v (p) order by p;
-- equal prices never fall in two tiers
select p, count(distinct t) as tiers from (select p, voygen.price_tier(p) over () as t from (select x % 4 as p from generate_series(1, 30) x) s) s group by p order by p;
select voygen.price_tier_of(10, 10, 20) as medium, voygen.price_tier_of(9.99, 10, 20) as low, voygen.price_tier_of(20, 10, 20) as high,
       voygen.price_tier_of(5, null, null) as none, voygen.price_tier_of(null, 1, 2) as unknown;
select voygen.price_cuts(p, 'median', 25, 75) from generate_series(1, 9) p;
select voygen.price_cuts(p, 'percentile', 75, 25) from generate_series(1, 9) p;
select voygen.price_cuts('NaN') from generate_series(1, 9) p;

-- how many fall in each tier
select voygen.price_tier_counts(p) from generate_series(1, 9) p;
select voygen.price_tier_counts(p) from (values (null::numeric), (7)) v (p);
select voygen.price_tier_counts(p) from generate_series(1, 0) p;
select voygen.price_tier_counts(p, 'kmeans', 25, 75) from unnest(array[80, 82.5, 81, 200, 210.00, 205, 900, null]) p;
select g, voygen.price_tier_counts(p, case g when 1 then 'rank' else 'percentile' end, 10 * g, 90) from (values (1), (2), (3)) v (g), generate_series(1, 10) p group by g order by g;
select g, voygen.price_tier_counts(p, 'percentile', 50, 90), voygen.price_cuts(p, 'percentile', 50, 90) from (values (1), (2)) v (g), generate_series(1, 30) p group by g order by g;
select voygen.price_tier_counts(p, 'median', 25, 75) from generate_series(1, 9) p;
select voygen.price_tier_counts(p) from (values ('infinity'::numeric), (1)) v (p);
select voygen.price_tier_counts(1e17 + p) from generate_series(1, 9) p;
-- prices at the edge of what is exact: the last that fits, and one more
select voygen.price_tier_counts(p) from unnest(array_fill(922337203685477, array[9])) p;
select voygen.price_tier_counts(p) from unnest(array_fill(92233720368547758.07, array[9])) p;
-- lists of every size, sign and number of decimals against plain SQL: exact type 7, and thirds by the middle of a run
create temp table lists as
  select g, n, i, round((hashint8extended(i, g) % 1000000) / case when g % 3 = 0 then 100000.0 else 100.0 end, g % 5) as price
  from (select g, case when g <= 60 then g % 15 else 900 + 7 * g end as n from generate_series(0, 75) g) v, generate_series(1, n) i;
create temp table by_sql as
with placed as (
  select g, price, count(*) over of_list as n, row_number() over (of_list order by price) - 1 as place from lists window of_list as (partition by g)),
cut as (
  select g, n, low_at + (low_next - low_at) * (((n - 1) * .25) % 1) as low_below, high_at + (high_next - high_at) * (((n - 1) * .75) % 1) as high_from
  from (select g, n,
          max(price) filter (where place = floor((n - 1) * .25)) as low_at,
          max(price) filter (where place = least(floor((n - 1) * .25) + 1, n - 1)) as low_next,
          max(price) filter (where place = floor((n - 1) * .75)) as high_at,
          max(price) filter (where place = least(floor((n - 1) * .75) + 1, n - 1)) as high_next
        from placed group by g, n) neighbours),
tier as (
  select placed.g, placed.n, low_below, high_from,
    case when placed.n < 3 then 1 when placed.n < 9 then floor(3 * avg(place) over (partition by placed.g, price) / placed.n)
         when price < low_below then 0 when price >= high_from then 2 else 1 end as tier
  from placed join cut using (g))
select g, case when n >= 9 then 'percentile' when n >= 3 then 'rank' else 'few' end as method, low_below, high_from,
  count(*) filter (where tier = 0) as low, count(*) filter (where tier = 1) as medium, count(*) filter (where tier = 2) as high
from tier group by g, n, low_below, high_from;
select s.method, count(*) as lists, sum(s.low) > 0 as some_low, sum(s.high) > 0 as some_high,
  count(*) filter (where (s.low, s.medium, s.high, s.method) is distinct from ((t).low, (t).medium, (t).high, (t).method)) as counts_differ,
  count(*) filter (where s.method = 'percentile' and (s.low_below, s.high_from) is distinct from ((t).low_below, (t).high_from)) as cuts_differ
from by_sql s join (select g, voygen.price_tier_counts(price) as t from lists group by g) o using (g) group by 1 order by 1;
-- the counts are those of the window function and of the cuts, whatever the method
select method, count(*) as lists, count(*) filter (where (t).low <> low or (t).high <> high or (t).low <> low_of or (t).high <> high_of or c <> ((t).method, (t).low_below, (t).high_from)::voygen.price_cuts) as differ
from (select g, method, voygen.price_tier_counts(price, method, 20, 60) as t, voygen.price_cuts(price, method, 20, 60) as c,
        count(*) filter (where tier = 'low') as low, count(*) filter (where tier = 'high') as high
      from (select g, method, price, voygen.price_tier(price, method, 20, 60) over (partition by method, g) as tier
            from (select g, abs(price) + .01 as price from lists) l, unnest(array['auto', 'percentile', 'kmeans', 'kmeans_log', 'rank']) method) x group by g, method) y
cross join lateral (
  select count(*) filter (where voygen.price_tier_of(abs(price) + .01, (t).low_below, (t).high_from) = 'low') as low_of,
         count(*) filter (where voygen.price_tier_of(abs(price) + .01, (t).low_below, (t).high_from) = 'high') as high_of
  from lists l where l.g = y.g) z
group by method order by method;
-- a window that grows: the ends of the aggregate may be asked again and again
select p, voygen.price_tier_counts(p) over (order by p desc) from generate_series(1, 10) p order by p desc;
-- more than four decimals of a price, or two of a percent, are rounded half away from zero
select voygen.price_cuts(p) from unnest(array[-1.00005, -1.00005, -1.00005, 1.00005, 1.00005, 1.00005, 1.00005, 1.00005, 1.00005]) p;
select voygen.price_cuts(p, 'percentile', 33.335, 66.665) from generate_series(0, 10000) p;
