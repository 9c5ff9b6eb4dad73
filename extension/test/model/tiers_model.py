#!/usr/bin/env python3
"""Low, medium and high once more, in exact fractions and by trying every grouping, written from the description.

Prints random cases for tiers_model_check.c:

    prices N METHOD LOW_POSITION HIGH_POSITION P,P,...
    expect METHOD LOW_NUMERATOR/DENOMINATOR HIGH_NUMERATOR/DENOMINATOR TIER,TIER,...     ("-" for no cuts)
"""
import argparse
import math
import random
from fractions import Fraction


def percentile(ordered, position):
    """Type 7: (n - 1) p between the neighbours."""
    at = (len(ordered) - 1) * position
    below = math.floor(at)
    if below + 1 >= len(ordered):
        return Fraction(ordered[below])
    return ordered[below] + (at - below) * (ordered[below + 1] - ordered[below])


def group_gain(values, weights):
    """Sum squared over weight: what a group takes off the total of squares."""
    total = sum(v * w for v, w in zip(values, weights))
    return Fraction(total * total, sum(weights))


def kmeans_cuts(ordered, value):
    """Every pair of boundaries between distinct prices; of the best, lowest high cut and then lowest low cut."""
    distinct = sorted(set(ordered))
    if len(distinct) == 1:
        return distinct[0], distinct[0] + 1
    if len(distinct) == 2:
        return distinct[1], distinct[1]
    values = [value(price) for price in distinct]
    weights = [ordered.count(price) for price in distinct]
    best = None
    for third in range(2, len(distinct)):
        for second in range(1, third):
            gain = sum(group_gain(values[a:b], weights[a:b])
                       for a, b in [(0, second), (second, third), (third, len(distinct))])
            if best is None or gain > best[0]:
                best = (gain, distinct[second], distinct[third])
    return best[1], best[2]


def log_units(lowest):
    """Logarithm relative to the lowest price, in units of 2^-30, nearest."""
    def value(price):
        units = (math.log(price) - math.log(lowest)) * 2.0 ** 30
        return math.floor(units + 0.5)
    return value


def rank_tiers(ordered):
    """Thirds by rank; a run of equal prices goes where its middle falls."""
    tiers = {}
    for price in set(ordered):
        first = ordered.index(price)
        last = first + ordered.count(price) - 1
        tiers[price] = math.floor(3 * Fraction(first + last, 2) / len(ordered))
    return tiers


def segment(prices, method, low_position, high_position):
    """(method used, low cut, high cut, tier of each price in the order given)."""
    ordered = sorted(prices)
    if len(prices) < 3:
        return "few", None, None, [1] * len(prices)
    if method == "auto":
        method = "percentile" if len(prices) >= 9 else "rank"
    if method == "rank":
        tiers = rank_tiers(ordered)
        low = min((p for p in ordered if tiers[p] >= 1), default=ordered[0])
        high = min((p for p in ordered if tiers[p] >= 2), default=ordered[-1] + 1)
        return method, low, high, [tiers[p] for p in prices]
    if method == "percentile":
        low = percentile(ordered, Fraction(low_position, 10000))
        high = percentile(ordered, Fraction(high_position, 10000))
    else:
        low, high = kmeans_cuts(ordered, log_units(ordered[0]) if method == "kmeans_log" else lambda price: price)
    return method, low, high, [0 if p < low else 2 if p >= high else 1 for p in prices]


def random_prices(rng, method):
    n = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 70 if method in ("percentile", "rank") else 18])
    kind = rng.randrange(6)
    if kind == 0:
        prices = [rng.randint(1, 6) * 1000 for _ in range(n)]
    elif kind == 1:
        prices = [rng.randint(5000, 200000) for _ in range(n)]
    elif kind == 2:
        prices = [round(math.exp(rng.gauss(10, 1))) + 1 for _ in range(n)]
    elif kind == 3:
        prices = [100 + i for i in range(n)]
        rng.shuffle(prices)
    elif kind == 4:
        prices = [rng.randint(1, 10 ** rng.randint(1, 13)) for _ in range(n)]
    else:
        prices = [rng.choice([777, 777, 778, 10 ** 9]) for _ in range(n)]
    if method != "kmeans_log" and rng.random() < 0.1:
        prices = [p - 5000 for p in prices]
    return prices


def fraction_text(cut):
    if cut is None:
        return "-"
    cut = Fraction(cut)
    return f"{cut.numerator}/{cut.denominator}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.cases):
        method = rng.choice(["auto", "percentile", "kmeans", "kmeans_log", "rank"])
        prices = random_prices(rng, method)
        low, high = rng.choice([(2500, 7500), (4000, 7000), tuple(sorted(rng.sample(range(1, 10000), 2)))])
        used, low_cut, high_cut, tiers = segment(prices, method, low, high)
        print("prices", len(prices), method, low, high, ",".join(map(str, prices)) or "-")
        print("expect", used, fraction_text(low_cut), fraction_text(high_cut), ",".join(map(str, tiers)) or "-")


if __name__ == "__main__":
    main()
