"""The JSON schemas of policies/ accept every shipped pack, and judge each line of samples.json as it says.

The C++ tests hold the loaders to the same samples, so that an editor with the schema and the program agree.
Usage: schema_test.py SOURCE_DIR; exit 77 (skipped) without python3-jsonschema.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing: skipped")
    sys.exit(77)

source = pathlib.Path(sys.argv[1])
failures = []


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


validators = {}
for name in ("policy", "config"):
    schema = load(source / "policies" / f"{name}.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    validators[name] = jsonschema.Draft7Validator(schema)

packs = [path for path in sorted((source / "policies").glob("*.json")) if not path.name.endswith(".schema.json")]
for path in packs:
    failures += [f"{path.name}: {error.json_path}: {error.message}" for error in validators["policy"].iter_errors(load(path))]

samples = load(source / "tests/unit/policy/samples.json")
for sample in samples:
    errors = [f"{error.json_path}: {error.message}" for error in validators[sample["schema"]].iter_errors(sample["document"])]
    if sample["valid"] != (not errors):
        failures.append(f"sample \"{sample['name']}\": expected {'no error' if sample['valid'] else 'an error'}, got {errors or 'none'}")

print(f"{len(packs)} packs, {len(samples)} samples, {len(failures)} failures")
print("\n".join(failures))
sys.exit(1 if failures or not packs or not samples else 0)
