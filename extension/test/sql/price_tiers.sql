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
