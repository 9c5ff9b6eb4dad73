#!/usr/bin/env python3
"""The commission rules once more, in exact fractions, written from their description and not from the C code.

Prints random cases with the answer expected, one item a line, for commission_model_check.c:

    round half_up|half_even
    rate  ID KIND PRIORITY W*8 REFUNDABLE PREPAID MIN_NIGHTS STAY_FROM STAY_UNTIL EFF_FROM EFF_UNTIL WEEKDAYS
          PPM FIXED CAP FLOOR FIRST_NIGHTS MODE WINDOW MEASURE [FROM:PPM,...]
    rule  ID PRIORITY EFF_FROM EFF_UNTIL BUDGET_MIN BUDGET_MAX START END MIN_NIGHTS REFUNDABLE MULTIPLIER BONUS
          REQUIRE MIN_PERCENT EXCLUDE TIERS DESTINATIONS SITES PREFER
    trip  BUDGET TIER DESTINATION START
    offer W*8 REFUNDABLE PREPAID EXPONENT NIGHTS ROOMS CHECK_IN BOOKED_ON STATED_AMOUNT STATED_PPM VOLUME
          KIND:AMOUNT:TAX:TAX_AMOUNT:COMMISSIONABLE ...
    expect FIELD=VALUE ...

"-" is unknown or not given. Amounts are thousandths except in components and answers (minor units). Blanks inside a text
are written as "_".
"""
import argparse
import random
from fractions import Fraction

WORDS = ["site", "supplier", "chain", "property", "product_type", "rate_type", "currency", "advisor"]
VALUES = {
    "site": ["navitrip", "trisept", "vax", "web"],
    "supplier": ["s1", "s2"],
    "chain": ["marriott", "hilton", "accor"],
    "property": ["p1", "p2"],
    "product_type": ["hotel", "resort", "tour"],
    "rate_type": ["standard", "promo", "net"],
    "currency": ["USD", "EUR"],
    "advisor": ["ann", "bob"],
}
BASE_KINDS = ["percent", "fixed_per_stay", "fixed_per_night", "fixed_per_room_night", "net_markup", "tier_percent"]
ADDED_KINDS = ["override_percent", "bonus_fixed"]
COMMISSIONABLE = {"room", "service_charge", "addon", "air", "transfer", "insurance", "car"}
OTHERS = {"tax", "resort_fee", "ncf", "penalty"}
MILLION = 1_000_000


# ---- the model ------------------------------------------------------------------------------------------------------

def rounded(value, rounding):
    """Nearest integer; a half goes away from zero, or to the even neighbour."""
    sign, magnitude = (-1, -value) if value < 0 else (1, value)
    whole = magnitude.numerator // magnitude.denominator
    rest = magnitude - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (rounding == "half_up" or whole % 2 == 1)):
        whole += 1
    return sign * whole


def weekday_iso(day):
    """1 Monday to 7 Sunday; day 0 is 2000-01-01, a Saturday."""
    return (day + 5) % 7 + 1


def rate_matches(rate, offer):
    """None when the rate does not match, else how many keys it gives."""
    keys = 0
    for word in WORDS + ["refundable", "prepaid"]:
        if rate[word] is None:
            continue
        if offer[word] is None or offer[word] != rate[word]:
            return None
        keys += 1
    if rate["min_nights"]:
        if offer["nights"] is None or offer["nights"] < rate["min_nights"]:
            return None
        keys += 1
    if rate["stay_from"] is not None or rate["stay_until"] is not None:
        if offer["check_in"] is None:
            return None
        if rate["stay_from"] is not None and offer["check_in"] < rate["stay_from"]:
            return None
        if rate["stay_until"] is not None and offer["check_in"] > rate["stay_until"]:
            return None
        keys += 1
    if rate["weekdays"]:
        if offer["check_in"] is None or weekday_iso(offer["check_in"]) not in rate["weekdays"]:
            return None
        keys += 1
    if rate["effective_from"] is not None and offer["booked_on"] < rate["effective_from"]:
        return None
    if rate["effective_until"] is not None and offer["booked_on"] > rate["effective_until"]:
        return None
    return keys


def offer_base(offer):
    base, estimated = 0, False
    if not offer["components"]:
        return None, False
    for part in offer["components"]:
        counts = part["commissionable"]
        if counts is None:
            counts = part["kind"] in COMMISSIONABLE
        if not counts:
            continue
        if part["tax"] == "included" and part["tax_amount"] is not None:
            base += part["amount"] - part["tax_amount"]
        else:
            base += part["amount"]
            estimated = estimated or part["tax"] != "excluded"
    return max(base, 0), estimated


def minor(milli, offer):
    return Fraction(milli, 1000) * 10 ** offer["exponent"]


def tier_commission(rate, offer, base):
    """None when the size of the booking is not known."""
    measure = rate["measure"] or "amount"
    window = {"month": 0, "quarter": 1, "year": 2}[rate["window"] or "month"]
    volume = offer["volume"]
    if measure == "amount":
        reached = Fraction(volume["amount"][window], 1000)
    else:
        reached = Fraction(volume[measure][window])
    steps = [(Fraction(start, 1000), Fraction(ppm, MILLION)) for start, ppm in rate["tiers"]]
    if (rate["mode"] or "whole") == "whole":
        share = Fraction(0)
        for start, ppm in steps:
            if reached >= start:
                share = ppm
        return base * share
    if measure == "amount":
        size = Fraction(base, 10 ** offer["exponent"])
    elif measure == "bookings":
        size = Fraction(1)
    elif offer["nights"] is None:
        size = None
    else:
        size = Fraction(offer["nights"] * (offer["rooms"] or 1))
    if base == 0:
        return Fraction(0)
    if size is None:
        return None
    total = Fraction(0)
    for i, (start, ppm) in enumerate(steps):
        low = max(start, reached)
        high = reached + size
        if i + 1 < len(steps):
            high = min(high, steps[i + 1][0])
        if high > low:
            total += (high - low) / size * base * ppm
    return total


def rate_commission(rate, offer, base):
    """What a rate gives before cap, floor and rounding; None when a needed part is unknown."""
    kind = rate["kind"]
    nights = offer["nights"]
    if kind in ("percent", "net_markup", "override_percent"):
        value = None if base is None else base * Fraction(rate["ppm"], MILLION)
    elif kind == "tier_percent":
        value = None if base is None else tier_commission(rate, offer, base)
    elif kind in ("fixed_per_stay", "bonus_fixed"):
        return minor(rate["fixed"], offer)
    elif nights is None:
        value = None
    elif kind == "fixed_per_night":
        value = minor(rate["fixed"], offer) * nights
    else:
        value = minor(rate["fixed"], offer) * nights * (offer["rooms"] or 1)
    if value is not None and rate["first_nights"]:
        if nights is None:
            return None
        value *= Fraction(min(nights, rate["first_nights"]), nights)
    return value


def rule_holds(rule, trip, offer):
    if rule["budget_min"] is not None and (trip["budget"] is None or trip["budget"] < rule["budget_min"]):
        return False
    if rule["budget_max"] is not None and (trip["budget"] is None or trip["budget"] > rule["budget_max"]):
        return False
    if rule["client_tier"] and trip["tier"] not in rule["client_tier"]:
        return False
    if rule["destination"]:
        words = [] if trip["destination"] is None else trip["destination"].lower().replace(",", " ").split()
        phrase = " " + " ".join(words) + " "
        if not any(" " + wanted.lower() + " " in phrase for wanted in rule["destination"]):
            return False
    day = offer["check_in"] if offer["check_in"] is not None else trip["start"]
    if rule["start"] is not None and (day is None or day < rule["start"]):
        return False
    if rule["end"] is not None and (day is None or day > rule["end"]):
        return False
    if rule["min_nights"] and (offer["nights"] is None or offer["nights"] < rule["min_nights"]):
        return False
    if rule["site"] and offer["site"] not in rule["site"]:
        return False
    if rule["refundable"] is not None and offer["refundable"] != rule["refundable"]:
        return False
    if rule["effective_from"] is not None and offer["booked_on"] < rule["effective_from"]:
        return False
    return rule["effective_until"] is None or offer["booked_on"] <= rule["effective_until"]


def computed_commission(rates, rules, offer, base):
    """(commission before rounding or None, id of the base rate)."""
    candidates = []
    added = []
    for rate in rates:
        keys = rate_matches(rate, offer)
        if keys is None:
            continue
        if rate["kind"] in ADDED_KINDS:
            added.append(rate)
        else:
            newest = rate["effective_from"] if rate["effective_from"] is not None else -10**9
            candidates.append((-keys, -rate["priority"], -newest, rate["id"], rate))
    if not candidates:
        return None, 0
    rate = min(candidates, key=lambda c: c[:4])[4]
    values = [rate_commission(r, offer, base) for r in [rate] + added]
    if None in values:
        return None, rate["id"]
    value = sum(values, Fraction(0))
    if rate["cap"] is not None:
        value = min(value, minor(rate["cap"], offer))
    if rate["floor"] is not None:
        value = max(value, minor(rate["floor"], offer))
    for rule in rules:
        if rule["multiplier"] is not None:
            value *= Fraction(rule["multiplier"], MILLION)
        if rule["bonus"] is not None:
            value += minor(rule["bonus"], offer)
    return max(value, Fraction(0)), rate["id"]


def quote(rates, rules, trip, offer, rounding):
    acting = [r for r in sorted(rules, key=lambda r: (-r["priority"], r["id"])) if rule_holds(r, trip, offer)]
    base, estimated = offer_base(offer)
    exact, rate_id = computed_commission(rates, acting, offer, base)
    computed = None if exact is None else rounded(exact, rounding)
    stated = offer["stated_amount"]
    if stated is None and offer["stated_ppm"] is not None and base is not None:
        stated = rounded(base * Fraction(offer["stated_ppm"], MILLION), rounding)
    expected = stated if stated is not None else computed
    variance = stated - computed if stated is not None and computed is not None else None
    refusals = [r["id"] for r in acting
                if r["exclude"] or (r["require_refundable"] and offer["refundable"] is not True)]
    refusals += [r["id"] for r in acting
                 if r["min_percent"] is not None and
                 (expected is None or base is None or
                  expected < rounded(base * Fraction(r["min_percent"], MILLION), rounding))]
    return {
        "source": "none" if expected is None else ("stated" if stated is not None else "computed"),
        "expected": expected or 0,
        "base": base,
        "estimated": int(estimated),
        "computed": computed,
        "rate": rate_id,
        "stated": stated,
        "variance": variance,
        "variance_ppm": None if variance is None or stated == 0
        else rounded(Fraction(variance * MILLION, stated), "half_up"),
        "alert": int(variance is not None and not estimated and abs(variance) * 100 > abs(stated)),
        "effective": None if expected is None or not base
        else rounded(Fraction(expected * MILLION, base), "half_up"),
        "eligible": int(not refusals),
        "refused_by": refusals[0] if refusals else 0,
        "preferred": int(any(offer["site"] in r["prefer"] for r in acting)),
        "applied": len(acting),
    }


# ---- random cases -----------------------------------------------------------------------------------------------------

def maybe(rng, chance, make):
    return make() if rng.random() < chance else None


def some(rng, values, chance):
    return [v for v in values if rng.random() < 0.5] if rng.random() < chance else []


def window(rng, chance, center, spread):
    """Two days in order, either of them possibly open."""
    first = maybe(rng, chance, lambda: center + rng.randint(-spread, spread))
    last = maybe(rng, chance, lambda: center + rng.randint(-spread, spread))
    if first is not None and last is not None and first > last:
        first, last = last, first
    return first, last


def percent_ppm(rng):
    return rng.choice([rng.randint(0, 300000), rng.randint(0, 30) * 10000, 48750, 999999, 10000000])


def random_rate(rng, number):
    rate = {"id": number, "kind": rng.choice(BASE_KINDS * 2 + ADDED_KINDS), "priority": rng.randint(-2, 2)}
    for word in WORDS:
        rate[word] = maybe(rng, 0.5 if word == "site" else 0.13, lambda w=word: rng.choice(VALUES[w]))
    rate["refundable"] = maybe(rng, 0.15, lambda: rng.random() < 0.5)
    rate["prepaid"] = maybe(rng, 0.1, lambda: rng.random() < 0.5)
    rate["min_nights"] = rng.choice([0] * 6 + [1, 3, 5])
    rate["stay_from"], rate["stay_until"] = window(rng, 0.12, 9900, 60)
    rate["effective_from"], rate["effective_until"] = window(rng, 0.25, 9800, 30)
    rate["weekdays"] = sorted(some(rng, range(1, 8), 0.12))
    rate["ppm"] = percent_ppm(rng)
    rate["fixed"] = rng.choice([rng.randint(0, 200000), rng.randint(0, 200) * 1000, 25000])
    floor = maybe(rng, 0.2, lambda: rng.randint(0, 60000))
    cap = maybe(rng, 0.2, lambda: rng.randint(floor or 0, 300000))
    rate["floor"], rate["cap"] = floor, cap
    rate["first_nights"] = rng.choice([0] * 5 + [1, 2, 29])
    rate["mode"] = rng.choice([None, "whole", "marginal"])
    rate["window"] = rng.choice([None, "month", "quarter", "year"])
    rate["measure"] = rng.choice([None, "amount", "room_nights", "bookings"])
    rate["tiers"] = []
    if rate["kind"] == "tier_percent":
        most = 3000000 if rate["measure"] in (None, "amount") else 60000
        starts = sorted({rng.choice([0, rng.randint(0, most), rng.randint(0, most // 1000) * 1000])
                         for _ in range(rng.randint(1, 4))})
        rate["tiers"] = [(start, percent_ppm(rng)) for start in starts]
    return rate


def random_rule(rng, number):
    low = maybe(rng, 0.2, lambda: rng.randint(0, 8000000))
    high = maybe(rng, 0.2, lambda: rng.randint(low or 0, 10000000))
    start, end = window(rng, 0.15, 9900, 60)
    since, until = window(rng, 0.15, 9800, 30)
    return {
        "id": number, "priority": rng.randint(0, 3), "budget_min": low, "budget_max": high,
        "client_tier": some(rng, ["standard", "premium", "vip"], 0.2),
        "destination": some(rng, ["rome", "Hawaii", "Cancun"], 0.2),
        "start": start, "end": end, "effective_from": since, "effective_until": until,
        "min_nights": rng.choice([0] * 5 + [2, 4]), "site": some(rng, VALUES["site"], 0.2),
        "refundable": maybe(rng, 0.1, lambda: rng.random() < 0.5),
        "multiplier": maybe(rng, 0.35, lambda: rng.choice([1100000, 0, 500000, 1037500, rng.randint(0, 2000000)])),
        "bonus": maybe(rng, 0.25, lambda: rng.randint(-30000, 60000)),
        "prefer": some(rng, VALUES["site"], 0.15),
        "require_refundable": rng.random() < 0.1,
        "min_percent": maybe(rng, 0.12, lambda: rng.randint(0, 250000)),
        "exclude": rng.random() < 0.05,
    }


def random_component(rng):
    amount = rng.choice([rng.randint(0, 300000), rng.randint(0, 3000) * 100, rng.randint(-20000, 500)])
    return {
        "kind": rng.choice(sorted(COMMISSIONABLE) + ["room"] * 6 + sorted(OTHERS)), "amount": amount,
        "tax": rng.choice(["included", "excluded", "unknown"]),
        "tax_amount": maybe(rng, 0.6, lambda: rng.randint(0, 30000)),
        "commissionable": maybe(rng, 0.2, lambda: rng.random() < 0.5),
    }


def random_offer(rng):
    offer = {word: maybe(rng, 0.85, lambda w=word: rng.choice(VALUES[w] + ["other"])) for word in WORDS}
    offer["refundable"] = maybe(rng, 0.7, lambda: rng.random() < 0.5)
    offer["prepaid"] = maybe(rng, 0.7, lambda: rng.random() < 0.5)
    offer["exponent"] = rng.choice([2, 2, 2, 0, 3, 4])
    offer["nights"] = maybe(rng, 0.85, lambda: rng.randint(1, 12))
    offer["rooms"] = maybe(rng, 0.5, lambda: rng.randint(1, 3))
    offer["check_in"] = maybe(rng, 0.85, lambda: 9900 + rng.randint(-60, 60))
    offer["booked_on"] = 9800 + rng.randint(-30, 30)
    offer["stated_amount"] = maybe(rng, 0.2, lambda: rng.randint(0, 60000))
    offer["stated_ppm"] = maybe(rng, 0.2, lambda: rng.randint(0, 300000))
    offer["volume"] = {
        "amount": [rng.randint(0, 4000000) for _ in range(3)],
        "room_nights": [rng.randint(0, 70) for _ in range(3)],
        "bookings": [rng.randint(0, 70) for _ in range(3)],
    }
    offer["components"] = [random_component(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 3, 5]))]
    return offer


def random_trip(rng):
    places = ["Rome", "Maui, Hawaii", "Jerome", "CANCUN", "Rome Amalfi", "Tokyo"]
    return {
        "budget": maybe(rng, 0.7, lambda: rng.randint(0, 10000000)),
        "tier": maybe(rng, 0.8, lambda: rng.choice(["standard", "premium", "vip"])),
        "destination": maybe(rng, 0.8, lambda: rng.choice(places)),
        "start": maybe(rng, 0.7, lambda: 9900 + rng.randint(-60, 60)),
    }


# ---- text ---------------------------------------------------------------------------------------------------------------

def shown(value):
    if value is None or value == []:
        return "-"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(shown(v) for v in value)
    return str(value).replace(" ", "_")


def print_case(rates, rules, trip, offer, rounding, answer):
    print("round", rounding)
    for r in rates:
        fields = ["id", "kind", "priority"] + WORDS
        fields += ["refundable", "prepaid", "min_nights", "stay_from", "stay_until", "effective_from",
                   "effective_until", "weekdays", "ppm", "fixed", "cap", "floor", "first_nights", "mode", "window",
                   "measure"]
        tiers = ",".join(f"{start}:{ppm}" for start, ppm in r["tiers"]) or "-"
        print("rate", *[shown(r[f]) for f in fields], tiers)
    for r in rules:
        fields = ["id", "priority", "effective_from", "effective_until", "budget_min", "budget_max", "start", "end",
                  "min_nights", "refundable", "multiplier", "bonus", "require_refundable", "min_percent", "exclude",
                  "client_tier", "destination", "site", "prefer"]
        print("rule", *[shown(r[f]) for f in fields])
    print("trip", *[shown(trip[f]) for f in ["budget", "tier", "destination", "start"]])
    fields = WORDS + ["refundable", "prepaid", "exponent", "nights", "rooms", "check_in", "booked_on",
                      "stated_amount", "stated_ppm"]
    volume = [offer["volume"][m][w] for m in ["amount", "room_nights", "bookings"] for w in range(3)]
    parts = [":".join(shown(p[f]) for f in ["kind", "amount", "tax", "tax_amount", "commissionable"])
             for p in offer["components"]]
    print("offer", *[shown(offer[f]) for f in fields], shown(volume), *parts)
    print("expect", *[f"{k}={shown(v)}" for k, v in answer.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for _ in range(options.cases):
        rates = [random_rate(rng, number) for number in rng.sample(range(1, 60), rng.randint(0, 14))]
        rules = [random_rule(rng, number) for number in rng.sample(range(1, 30), rng.choice([0, 0, 1, 2, 4]))]
        trip, offer = random_trip(rng), random_offer(rng)
        rounding = rng.choice(["half_up", "half_even"])
        print_case(rates, rules, trip, offer, rounding, quote(rates, rules, trip, offer, rounding))


if __name__ == "__main__":
    main()
