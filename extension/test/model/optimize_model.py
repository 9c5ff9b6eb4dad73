#!/usr/bin/env python3
"""The best selection of one offer per leg, by trying every selection.

Prints random cases for optimize_model_check.c:

    case BUDGET MAX_PREMIUM_PPM CANCEL_PPM LEGS            ("-" for no limit)
    leg  PRICE:COMMISSION:REFUNDABLE:KEY ...               (one line a leg, possibly without offers)
    expect CHOICE,CHOICE,... BASELINE,...                  (position in the leg, -1 for none; "over" when the budget is short)
"""
import argparse
import itertools
import random
from fractions import Fraction


def eligible(leg, premium):
    cheapest = min(price for price, _, _, _ in leg)
    limit = None if premium is None else cheapest * (1 + Fraction(premium, 1_000_000))
    return [i for i, offer in enumerate(leg) if limit is None or offer[0] <= limit]


def worth(offer, cancel):
    return offer[1] * (1 - Fraction(cancel, 1_000_000) if offer[2] else 1)


def solve(legs, budget, premium, cancel):
    live = [i for i, leg in enumerate(legs) if leg]
    baseline = [-1] * len(legs)
    for i in live:
        baseline[i] = min(range(len(legs[i])), key=lambda k, leg=legs[i]: (leg[k][0], leg[k][3], k))
    best = None
    for pick in itertools.product(*[eligible(legs[i], premium) for i in live]):
        offers = [legs[i][k] for i, k in zip(live, pick)]
        price = sum(o[0] for o in offers)
        if budget is not None and price > budget:
            continue
        order = (-sum(worth(o, cancel) for o in offers), price, [(o[3], k) for o, k in zip(offers, pick)])
        if best is None or order < best[0]:
            best = (order, pick)
    if best is None:
        return None, baseline
    choice = [-1] * len(legs)
    for i, k in zip(live, best[1]):
        choice[i] = k
    return choice, baseline


def tied_leg(rng, scale):
    """Offers of one percentage: many selections of equal price and commission, told apart by keys alone."""
    steps = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
    leg = [(step * 100, step * 10 * scale, False, rng.choice("abcdefgh") + rng.choice(["", "1", "2"])) for step in steps]
    if scale > 1:
        leg.append((60, 7, False, "z"))  # no common unit: too many possible gains for a table
    return leg


def random_leg(rng, style):
    if style >= 3:
        return tied_leg(rng, 1 if style == 3 else 10**9)
    leg = []
    for _ in range(rng.choice([0, 1, 2, 3, 5, 6])):
        price = rng.randint(1, 12) * 100 if style == 0 else rng.randint(100, 100000)
        if style == 2:
            commission = (price * rng.choice([80000, 100000, 153000]) + 500000) // 1_000_000
        else:
            commission = rng.randint(0, 6) * 10 if style == 0 else rng.randint(0, 20000)
        leg.append((price, commission, rng.random() < 0.5, rng.choice("abcdefgh") + rng.choice(["", "1", "2"])))
    return leg


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.cases):
        style = rng.randrange(5)
        legs = [random_leg(rng, style) for _ in range(rng.randint(0, 4))]
        lowest = sum(min(o[0] for o in leg) for leg in legs if leg)
        highest = sum(max(o[0] for o in leg) for leg in legs if leg)
        budget = rng.choice([None, rng.randint(lowest, max(lowest, highest)), rng.randint(0, highest + 10)])
        premium = rng.choice([None, None, 30000, rng.randint(0, 3000000)])
        cancel = rng.choice([0, 0, 1000000, 100000, 333333])
        choice, baseline = solve(legs, budget, premium, cancel)
        print("case", *["-" if v is None else v for v in (budget, premium)], cancel, len(legs))
        for leg in legs:
            print("leg", *[f"{p}:{c}:{int(r)}:{k}" for p, c, r, k in leg])
        print("expect", "over" if choice is None else ",".join(map(str, choice)) or "-",
              ",".join(map(str, baseline)) or "-")


if __name__ == "__main__":
    main()
