# An independent judge of JSON Schema 2020-12 (Debian's python3-jsonschema), so that what we say of our schemas is not only our
# own checker's word. Reads {"schemas": {name: schema}, "instances": [[name, title, instance], ...]} and prints one line per
# fault: "name: schema: ..." or "name: title: ...". Formats are asserted.
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

asked = json.load(sys.stdin)
checked = 0
for name, schema in sorted(asked["schemas"].items()):
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        print(f"{name}: schema: {error.json_path}: {error.message[:300]}")
    checked += 1
for name, title, instance in asked["instances"]:
    validator = Draft202012Validator(asked["schemas"][name], format_checker=FormatChecker())
    for error in validator.iter_errors(instance):
        print(f"{name}: {title}: {error.json_path}: {error.message[:300]}")
    checked += 1
print(f"checked {checked}")
