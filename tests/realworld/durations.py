"""Divides every duration of the shipped rules and routes by one factor, and proves that nothing else differs.

A day of `for` becomes a minute. Both directions meet in one place, `differences`: it reads the shipped and the divided
document side by side and names every leaf that is neither equal nor a duration that is smaller by exactly the factor.
"""

import fractions
import re

# Divides a minute, and with it every duration here, into whole milliseconds, the finest that Prometheus knows.
FACTOR = 1200
# Where a whole value is a duration.
KEYS = {"interval", "for", "keep_firing_for", "group_wait", "group_interval", "repeat_interval"}
# Numbers in expressions: which are seconds, and which count something else. A number on neither list is an error, so
# that nobody adds a duration that stays undivided.
SECONDS = {"86400", "3600", "120", "300"}
COUNTS = {"0", "1", "2", "0.05", "0.2", "0.25", "0.5", "3", "4", "7", "10", "12", "14", "30", "90", "180", "1024"}
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

DURATION = r"(?:\d+(?:ms|[smhdw]))+"
TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"\\]|\\.)*"|[a-zA-Z_:][\w:]*)|(?P<duration>{DURATION}\b)|(?P<number>\d+(?:\.\d+)?)|\s+|.""",
    re.DOTALL,
)


def milliseconds(text):
    """The length of a duration."""
    if not re.fullmatch(DURATION, text):
        raise ValueError(f'"{text}" is not a duration')
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[smhdw])", text))


def divided_duration(text):
    length, rest = divmod(milliseconds(text), FACTOR)
    if rest:
        raise ValueError(f"{text} divided by {FACTOR} is no whole number of milliseconds")
    return f"{length}ms"


def divided_number(text):
    if text in SECONDS:
        return str(float(fractions.Fraction(text) / FACTOR))
    if text not in COUNTS:
        raise ValueError(f"is the number {text} a duration? Name it in SECONDS or in COUNTS")
    return text


def divided_expression(text):
    """An expression of PromQL with all ranges, offsets and seconds divided."""

    def token(found):
        if found["duration"]:
            return divided_duration(found["duration"])
        return divided_number(found["number"]) if found["number"] else found[0]

    return TOKEN.sub(token, text)


def divided(value, key=None):
    """A parsed document with every duration divided."""
    if isinstance(value, dict):
        return {name: divided(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [divided(item) for item in value]
    if key in KEYS:
        return divided_duration(value)
    # YAML reads an expression that is a plain number as one.
    return divided_expression(str(value)) if key == "expr" else value


def tokens(text):
    return [(found.lastgroup, found[0]) for found in TOKEN.finditer(text) if not found[0].isspace()]


def same_token(shipped, short):
    """Equal, or both a duration and smaller by exactly the factor."""
    (kind, old), (other, new) = shipped, short
    if kind == other == "duration":
        return milliseconds(old) == milliseconds(new) * FACTOR
    if kind == other == "number" and old in SECONDS:
        return fractions.Fraction(old) == fractions.Fraction(new) * FACTOR
    return shipped == short


def same_expression(shipped, short):
    old, new = tokens(str(shipped)), tokens(str(short))
    return len(old) == len(new) and all(map(same_token, old, new))


def differences(shipped, short, path=""):
    """Paths at which the documents differ by anything but the factor."""
    if isinstance(shipped, dict) and isinstance(short, dict) and list(shipped) == list(short):
        return [row for key in shipped for row in differences(shipped[key], short[key], f"{path}/{key}")]
    if isinstance(shipped, list) and isinstance(short, list) and len(shipped) == len(short):
        pairs = enumerate(zip(shipped, short))
        return [row for index, pair in pairs for row in differences(*pair, f"{path}/{index}")]
    key = path.rpartition("/")[2]
    if key in KEYS:
        equal = milliseconds(shipped) == milliseconds(short) * FACTOR
    else:
        equal = same_expression(shipped, short) if key == "expr" else shipped == short
    return [] if equal else [f"{path}: {shipped!r} became {short!r}"]
