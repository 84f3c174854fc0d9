"""The legal cases come out as expected: the project's own (tests/cases) and the public ones."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import support

OWN = support.SOURCE / "tests" / "cases"


def assess(facts, *more):
    """The finding on one facts file."""
    with tempfile.TemporaryDirectory(prefix="palermo-case-") as folder:
        path = pathlib.Path(folder) / "facts.json"
        path.write_text(json.dumps(facts), encoding="utf-8")
        run = subprocess.run([support.BINARY, "--json", "assess", "--facts", path, *more],
                             capture_output=True, text=True, timeout=120)
    if run.returncode != 0:
        raise AssertionError(f"exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def by_id(elements, into=None):
    """Every element of a finding by its id, however deep it stands."""
    into = {} if into is None else into
    for element in elements:
        into.setdefault(element["id"], element)
        by_id(element["children"], into)
    return into


def differences(case):
    """Lines that say where the finding departs from what the case expects."""
    want, out = case["expected"], []
    finding = assess(case["facts"])
    elements = by_id(finding["elements"])

    def compare(where, expected, got):
        if got not in (expected if isinstance(expected, list) else [expected]):
            out.append(f"{where}: expected {expected}, got {got}")

    for name, outcome in want.get("elements", {}).items():
        compare(name, outcome, elements[name]["outcome"])
    for name, codes in want.get("reason_codes", {}).items():
        lacking = set(codes) - set(elements[name]["reason_codes"])
        if lacking:
            out.append(f"{name}: lacks {lacking}, has {elements[name]['reason_codes']}")
    for name, value in want.get("persons", {}).items():
        compare("persons." + name, value, finding["persons"][name])
    for name, outcome in want.get("gates", {}).items():
        compare("gates." + name, outcome, finding["gates"][name]["outcome"])
    for lens, expected in want.get("lens", {}).items():
        under = by_id(assess(case["facts"], "--lens", lens)["elements"])
        for name, outcome in expected.items():
            compare(f"{name} under {lens}", outcome, under[name]["outcome"])
    return out


class Cases(unittest.TestCase):
    def test_every_own_case_holds(self):
        paths = sorted(OWN.glob("*.json"))
        self.assertGreater(len(paths), 150)
        for path in paths:
            with self.subTest(path.stem):
                self.assertEqual(differences(json.loads(path.read_text(encoding="utf-8"))), [])

    def test_own_cases_state_something(self):
        for path in OWN.glob("*.json"):
            case = json.loads(path.read_text(encoding="utf-8"))
            with self.subTest(path.stem):
                self.assertLessEqual(set(case), {"source", "facts", "expected"})
                self.assertLessEqual(set(case["expected"]),
                                     {"elements", "reason_codes", "persons", "gates", "lens"})
                self.assertTrue(case["source"] and any(case["expected"].values()))

    def test_the_order_of_statements_changes_nothing(self):
        for path in sorted(OWN.glob("*.json"))[::8]:
            facts = json.loads(path.read_text(encoding="utf-8"))["facts"]
            turned = dict(facts, statements=facts["statements"][::-1],
                          offences=facts["offences"][::-1])
            with self.subTest(path.stem):
                self.assertEqual(assess(facts), assess(turned))

    @unittest.skipIf(support.shared() is None, "skipped: the public cases (../shared) are absent")
    def test_every_public_case_holds(self):
        run = subprocess.run([sys.executable, support.shared() / "check_cases", support.BINARY],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    support.main()
