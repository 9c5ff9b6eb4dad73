-- Tiers, picks and the best choice as SQL calls them.
select * from voygen.segment_prices(array[80, 95, 110, 120, 135, 150, 180, 240, 410.50], 'auto', 25, 75);
select * from voygen.segment_prices(array[80.005, 95, 110, 110, 110, 95], 'percentile', 25, 75);
select * from voygen.segment_prices(array[1, 2, 3, 100, 101, 1000], 'kmeans', 25, 75);
select * from voygen.segment_prices(array[1, 2, 4, 8, 16, 32], 'kmeans_log', 25, 75);
select * from voygen.segment_prices(array[5, 5, 5, 5], 'rank', 25, 75);
select * from voygen.segment_prices(array[1, 2], 'auto', 25, 75);
select * from voygen.segment_prices('{}', 'auto', 25, 75);
select * from voygen.segment_prices(array[0, 1, 2], 'kmeans_log', 25, 75);
select * from voygen.segment_prices(array[1, null], 'auto', 25, 75);
select * from voygen.segment_prices(array['NaN'::numeric], 'auto', 25, 75);
select * from voygen.segment_prices(array[1e30], 'auto', 25, 75);
select * from voygen.segment_prices(array[1], 'best', 25, 75);
select * from voygen.segment_prices(array[1], 'auto', 75, 25);

\set hotels '[{"tier": "low", "key": "a", "currency": "USD", "price": 100.50, "review": 9, "chain": "Grand", "place": "Dublin"}, {"tier": "low", "key": "b", "currency": "USD", "price": 90, "review": 8.9, "chain": "Grand", "place": "Dublin", "refundable": true}, {"tier": "low", "key": "c", "currency": "USD", "price": 80, "review": 5, "chain": "Plaza", "place": "Howth"}, {"tier": "high", "key": "d", "currency": "JPY", "price": 30000, "commission": 123, "distance": 1.5, "stars": 4.5}]'
select * from voygen.choose_picks(:'hotels', 2);
select * from voygen.choose_picks('[]', 2);
select * from voygen.choose_picks('[{"tier": "top"}]', 2);
select * from voygen.choose_picks('[{"tier": "low", "currency": "USD", "price": 1.234}]', 2);

\set legs '[[{"price": 100, "commission": 10, "key": "a"}, {"price": 110, "commission": 30, "key": "b"}, {"price": 200, "commission": 40, "refundable": true, "key": "c"}], [], [{"price": 50, "commission": 5, "key": "d"}, {"price": 60, "commission": 5, "key": "e"}]]'
select voygen.optimize_offers(:'legs', 'USD', '{}');
select voygen.optimize_offers(:'legs', 'USD', '{"budget": 170}');
select voygen.optimize_offers(:'legs', 'USD', '{"budget": 149.99}');
select voygen.optimize_offers(:'legs', 'USD', '{"max_premium_percent": 10}');
select voygen.optimize_offers(:'legs', 'USD', '{"cancel_probability": 0.5}');
select voygen.optimize_offers('[]', 'USD', '{}');
select voygen.optimize_offers('[[{"price": 1.5, "key": "a"}]]', 'JPY', '{}');
select voygen.optimize_offers('[[{"key": "a"}]]', 'USD', '{}');
select voygen.optimize_offers('[5]', 'USD', '{}');
select voygen.optimize_offers('[]', 'XYZ', '{}');
