#!/usr/bin/env python3
"""Templates with placeholders once more. Random templates are made as trees; a tree is written down as a template and worked out here,
from the description of the language, with Python's own decimals, dates and escaping. Nothing here parses.

Prints cases for placeholder_model_check.c, texts in hexadecimal:

    case KIND TEMPLATE VARIABLES EXPECTED
"""
import argparse
import datetime
import decimal
import html
import json
import random

WORDS = ["Ana", "O'Brien", "São Paulo", "<b>", "a & b", "24/7", "{name}", "x\"y", "'; DROP TABLE users; --", "", "日本", "\\{z\\}"]
AMOUNTS = ["0", "4500", "1234.505", "-0.004", "99999999999999999999.995", "12.5", "1000000", "-1250.75", "0.015"]
CODES = {"USD": (2, "$"), "EUR": (2, "€"), "JPY": (0, "¥"), "GBP": (2, "£"), "CHF": (2, "CHF\u00a0"), "KWD": (3, "KWD\u00a0")}
MISSING = object()


class Text(str):
    """A text of the template: printed as it is, not escaped."""


class Number:
    def __init__(self, text):
        self.text = text
        self.value = decimal.Decimal(text)


def make_values(rng):
    return {
        "name": rng.choice(WORDS), "city": rng.choice(WORDS), "active": rng.random() < 0.5, "amount": Number(rng.choice(AMOUNTS)),
        "count": Number(str(rng.randrange(0, 12))), "day": random_day(rng), "none": None, "words": [rng.choice(WORDS) for _ in range(rng.randrange(4))],
        "trip": {"city": rng.choice(WORDS), "nights": Number(str(rng.randrange(1, 15)))},
        "hotels": [{"name": rng.choice(WORDS), "price": Number(rng.choice(AMOUNTS))} for _ in range(rng.randrange(4))],
    }


def random_day(rng):
    return (datetime.date(1900, 1, 1) + datetime.timedelta(days=rng.randrange(80000))).isoformat()


def as_json(value):
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + as_json(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(as_json(v) for v in value) + "]"
    return json.dumps(value)


# ---- what values are

def plain(value):
    if value is MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return value.text
    if isinstance(value, list):
        return ", ".join(plain(v) for v in value)
    return str(value)


def truth(value):
    if value is MISSING or value is None:
        return False
    if isinstance(value, Number):
        return value.value != 0
    if isinstance(value, tuple):
        return any(truth(v) for v in value)
    return bool(value)


def number_of(value):
    if isinstance(value, Number):
        return value.value
    return None


# ---- nodes: each writes itself and works itself out

class Path:
    def __init__(self, *steps):
        self.steps = steps

    def written(self):
        text = self.steps[0]
        for step in self.steps[1:]:
            text += "[%d]" % step if isinstance(step, int) else "." + step
        return text

    def value(self, scope):
        value = scope
        for at, step in enumerate(self.steps):
            if step == "length" and at > 0 and isinstance(value, (list, str)):
                return Number(str(len(value)))
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return MISSING if value is None else value


class Literal:
    def __init__(self, text):
        self.text = text

    def written(self):
        return "'" + self.text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"

    def value(self, _):
        return Text(self.text)


class Default:
    def __init__(self, inner, words):
        self.inner, self.words = inner, words

    def written(self):
        return self.inner.written() + "|" + Literal(self.words).written()

    def value(self, scope):
        value = self.inner.value(scope)
        return Text(self.words) if value is MISSING else value


class Currency:
    def __init__(self, inner, code):
        self.inner, self.code = inner, code

    def written(self):
        return self.inner.written() + "|currency" + ("('%s')" % self.code if self.code != "USD" else "")

    def value(self, scope):
        value = self.inner.value(scope)
        if value is MISSING:
            return value
        digits, sign = CODES[self.code]
        with decimal.localcontext() as context:
            context.prec = 60
            amount = number_of(value).quantize(decimal.Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)
        text = "{:,f}".format(abs(amount))
        return ("-" if amount < 0 else "") + sign + text


class Comma:
    def __init__(self, inner):
        self.inner = inner

    def written(self):
        return self.inner.written() + "|comma"

    def value(self, scope):
        value = self.inner.value(scope)
        if value is MISSING:
            return value
        whole, point, rest = value.text.lstrip("-").partition(".")
        return ("-" if value.text.startswith("-") else "") + "{:,}".format(int(whole)) + point + rest


class Day:
    # The format of a date, and Python's for the same.
    FORMATS = [("MMMM DD, YYYY", "%B %d, %Y"), ("MMM DD", "%b %d"), ("DD, YYYY", "%d, %Y"), ("dddd D/M/YY", "%A {d.day}/{d.month}/%y"),
               ("YYYY-MM-DD", "%Y-%m-%d"), ("ddd [the] Do", None)]

    def __init__(self, inner, number):
        self.inner, self.number = inner, number

    def written(self):
        return self.inner.written() + "|'" + self.FORMATS[self.number][0] + "'"

    def value(self, scope):
        value = self.inner.value(scope)
        if value is MISSING:
            return value
        day = datetime.date.fromisoformat(value)
        theirs = self.FORMATS[self.number][1]
        if theirs is None:
            ending = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
            return day.strftime("%a") + " the " + str(day.day) + ending
        return day.strftime(theirs.format(d=day))


class Cased:
    TURNS = {"upper": str.upper, "lower": str.lower, "trim": lambda s: s.strip(" \t\r\n"), "reverse": lambda s: s[::-1],
             "truncate(6)": lambda s: s if len(s) <= 6 else s[:3] + "..."}

    def __init__(self, inner, name):
        self.inner, self.name = inner, name

    def written(self):
        return self.inner.written() + "|" + self.name

    def value(self, scope):
        value = self.inner.value(scope)
        return value if value is MISSING else self.TURNS[self.name](plain(value))


class Joined:
    def __init__(self, inner, between):
        self.inner, self.between = inner, between

    def written(self):
        return self.inner.written() + "|join(" + Literal(self.between).written() + ")"

    def value(self, scope):
        value = self.inner.value(scope)
        return value if value is MISSING else self.between.join(plain(v) for v in value)


class Added:
    def __init__(self, left, right):
        self.left, self.right = left, right

    def written(self):
        return self.left.written() + "+" + self.right.written()

    def value(self, scope):
        return (self.left.value(scope), self.right.value(scope))


class Compared:
    SIGNS = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
             ">=": lambda a, b: a >= b}

    def __init__(self, left, sign, bound):
        self.left, self.sign, self.bound = left, sign, bound

    def written(self):
        return self.left.written() + self.sign + self.bound

    def value(self, scope):
        value = number_of(self.left.value(scope))
        if value is None:
            return self.sign == "!="
        return self.SIGNS[self.sign](value, decimal.Decimal(self.bound))


class Logic:
    def __init__(self, left, sign, right):
        self.left, self.sign, self.right = left, sign, right

    def written(self):
        return self.left.written() + " " + self.sign + " " + self.right.written()

    def value(self, scope):
        left = truth(self.left.value(scope))
        right = truth(self.right.value(scope))
        return left and right if self.sign == "&&" else left or right


class Not:
    def __init__(self, inner):
        self.inner = inner

    def written(self):
        return "!(" + self.inner.written() + ")"

    def value(self, scope):
        return not truth(self.inner.value(scope))


class Choice:
    def __init__(self, condition, yes, no):
        self.condition, self.yes, self.no = condition, yes, no

    def written(self):
        return self.condition.written() + " ? " + self.yes.written() + " : " + self.no.written()

    def value(self, scope):
        return (self.yes if truth(self.condition.value(scope)) else self.no).value(scope)


def escaped(value, kind):
    if isinstance(value, tuple):
        return "".join(escaped(v, kind) for v in value)
    text = plain(value)
    if isinstance(value, Text) or kind == "text":
        return text
    if kind == "html":
        return html.escape(text, quote=True).replace("&#x27;", "&#39;")
    return json.dumps(text, ensure_ascii=False)[1:-1]


class Print:
    def __init__(self, expression):
        self.expression = expression

    def written(self):
        return "{" + self.expression.written() + "}"

    def output(self, scope, kind):
        return escaped(self.expression.value(scope), kind)


class Plain:
    def __init__(self, text):
        self.text = text

    def written(self):
        return self.text.replace("{", "\\{")

    def output(self, _, __):
        return self.text


class If:
    def __init__(self, condition, yes, no):
        self.condition, self.yes, self.no = condition, yes, no

    def written(self):
        no = "{{else}}" + "".join(n.written() for n in self.no) if self.no else ""
        return "{{#if " + self.condition.written() + "}}" + "".join(n.written() for n in self.yes) + no + "{{/if}}"

    def output(self, scope, kind):
        return "".join(n.output(scope, kind) for n in (self.yes if truth(self.condition.value(scope)) else self.no))


class Each:
    def __init__(self, over, name, body, empty):
        self.over, self.name, self.body, self.empty = over, name, body, empty

    def written(self):
        empty = "{{else}}" + "".join(n.written() for n in self.empty) if self.empty else ""
        return "{{#each " + self.over.written() + " as " + self.name + "}}" + "".join(n.written() for n in self.body) + empty + "{{/each}}"

    def output(self, scope, kind):
        items = self.over.value(scope)
        if items is MISSING or not items:
            return "".join(n.output(scope, kind) for n in self.empty)
        return "".join(n.output({**scope, self.name: item}, kind) for item in items for n in self.body)


# ---- random trees; `item` is the variable of the loop around

def text_path(rng, item):
    paths = [Path("name"), Path("city"), Path("trip", "city"), Path("words", rng.randrange(4)), Path("nobody"), Path("none"), Path("trip", "nothing")]
    if item:
        paths += [Path(item, "name"), Path(item, "nothing")]
    return rng.choice(paths)


def number_path(rng, item):
    paths = [Path("amount"), Path("count"), Path("trip", "nights"), Path("words", "length"), Path("name", "length")]
    if item:
        paths.append(Path(item, "price"))
    return rng.choice(paths)


def condition(rng, item, depth):
    pick = rng.randrange(5 if depth > 0 else 3)
    if pick == 0:
        return rng.choice([text_path(rng, item), number_path(rng, item), Path("active"), Path("words")])
    if pick in (1, 2):
        return Compared(number_path(rng, item), rng.choice(list(Compared.SIGNS)), rng.choice(["0", "3", "7.5", "-1", "4500.00"]))
    if pick == 3:
        return Not(condition(rng, item, depth - 1))
    return Logic(condition(rng, item, 0), rng.choice(["&&", "||"]), condition(rng, item, 0))


def words_of(rng):
    return rng.choice(["", "our team", "<i>x</i>", "it's", "a\\b\n", "{y}", "EST", "3:00 PM"])


def simple(rng, item):
    pick = rng.randrange(9)
    if pick == 0:
        return Literal(words_of(rng))
    if pick == 1:
        return Currency(number_path(rng, item), rng.choice(list(CODES)))
    if pick == 2:
        return Comma(number_path(rng, item))
    if pick == 3:
        return Day(rng.choice([Path("day"), Path("day"), Path("nobody")]), rng.randrange(len(Day.FORMATS)))
    if pick == 4:
        return Cased(text_path(rng, item), rng.choice(list(Cased.TURNS)))
    if pick == 5:
        return Joined(Path("words"), rng.choice([", ", "", " & "]))
    if pick == 6:
        return Default(rng.choice([text_path, number_path])(rng, item), words_of(rng))
    if pick == 7:
        return number_path(rng, item)
    return text_path(rng, item)


def expression(rng, item, depth):
    if depth > 0 and rng.random() < 0.3:
        return Choice(condition(rng, item, 1), expression(rng, item, depth - 1), expression(rng, item, depth - 1))
    if rng.random() < 0.2:
        return Added(Literal(words_of(rng)), simple(rng, item))
    return simple(rng, item)


def print_of(rng, item):
    made = expression(rng, item, 2)
    # A text in quotes does not begin a placeholder.
    while made.written()[0] not in "abcdefghijklmnopqrstuvwxyz!":
        made = expression(rng, item, 2)
    return Print(made)


def nodes(rng, item, depth):
    made = []
    for _ in range(rng.randrange(1, 5)):
        pick = rng.random()
        if pick < 0.3:
            made.append(Plain(rng.choice(["Dear ", "\n- ", "{", "} ", "$", " 100 % ", "<p>", "{}", "{ a }", "ä"])))
        elif pick < 0.8 or depth == 0:
            made.append(print_of(rng, item))
        elif pick < 0.9:
            made.append(If(condition(rng, item, 1), nodes(rng, item, depth - 1), nodes(rng, item, depth - 1) if rng.random() < 0.5 else []))
        else:
            made.append(Each(Path(rng.choice(["hotels", "nobody"])), "h", nodes(rng, "h", depth - 1), nodes(rng, item, 0) if rng.random() < 0.5 else []))
    return made


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    rng = random.Random(given.seed)
    for _ in range(given.cases):
        values = make_values(rng)
        tree = nodes(rng, None, 3)
        kind = rng.choice(["text", "html"])
        texts = ["".join(n.written() for n in tree), as_json(values), "".join(n.output(values, kind) for n in tree)]
        print("case", kind, *[t.encode().hex() or "-" for t in texts])


main()
