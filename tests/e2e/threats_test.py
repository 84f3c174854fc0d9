"""docs/threats.md: every attempt has a test that is there and is run, or says that nothing here stops it."""
import re
import subprocess
import unittest

import support

ROOT = support.SOURCE
ACTORS = ["malicious analyst", "malicious handler or admin", "applicant short of a warrant", "agency as a whole",
          "inspector who trusts nobody", "compromised workstation", "stolen disk", "hostile evidence file",
          "web page in the analyst's other tab", "recipient of an export", "defence counsel", "supply chain"]
# What each of them tries: a line of the table must speak of it.
TRIES = {"malicious analyst": ["neighbour", "hop limit", "reached", "screen"],
         "malicious handler or admin": ["unseal", "backup", "SQLite"],
         "applicant short of a warrant": ["back-dates", "widens targets", "number again"],
         "agency as a whole": ["two logs", "deletes the year", "logs nothing"],
         "inspector who trusts nobody": ["without this code", "more than the mandate"],
         "compromised workstation": ["key", "fork", "logs keys", "port"],
         "stolen disk": ["identities"],
         "hostile evidence file": ["scripts", "reads files", "memory", "rows", "look-alike"],
         "web page in the analyst's other tab": ["DNS", "cookie"],
         "recipient of an export": ["difference", "pseudonyms", "number of contacts"],
         "defence counsel": ["altered", "withheld", "clock", "tool"],
         "supply chain": ["stale or patched"]}
NOT_DEFENDED = ["camera", "never entered", "every witness", "live memory"]


def rows():
    page = (ROOT / "docs/threats.md").read_text()
    lines = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


class Threats(unittest.TestCase):
    def test_every_attempt_has_a_test_or_is_said_not_to_be_stopped(self):
        table = rows()
        self.assertGreater(len(table), 40)
        registered = (ROOT / "tests/e2e/CMakeLists.txt").read_text()
        for who, tries, holds, tried_by in table:
            where = f"{who}: {tries}"
            self.assertTrue(tries and holds, where)
            if "**not defended**" in holds:
                self.assertEqual(tried_by, "", where)
                self.assertGreater(len(holds.split()), 6, where)  # a sentence says what instead
                continue
            path, name = tried_by.split(" ", 1)
            text = (ROOT / path).read_text()
            if path.endswith(".py"):
                self.assertIn(f"    def {name}(self", text, where)
                self.assertRegex(registered, rf"\b{re.escape(path.split('/')[-1][:-len('_test.py')])}\b", where)
            else:
                self.assertIn(re.sub(r"\s+", " ", name), re.sub(r'"\s*"', "", re.sub(r"\s+", " ", text)), where)
                listed = (ROOT / path).parent / "CMakeLists.txt"
                self.assertIn(path.split("/")[-1], listed.read_text(), where)

    def test_no_actor_and_no_attempt_is_left_out(self):
        table = rows()
        self.assertEqual(list(dict.fromkeys(row[0] for row in table)), ACTORS)
        for who, words in TRIES.items():
            said = " ".join(row[1] + " " + row[2] for row in table if row[0] == who)
            for word in words:
                self.assertIn(word, said, who)
        undefended = " ".join(row[1] + " " + row[2] for row in table if "**not defended**" in row[2])
        for word in NOT_DEFENDED:
            self.assertIn(word, undefended)

    def test_no_command_listens(self):
        shown = subprocess.run([support.BINARY, "--help"], capture_output=True, text=True, check=True).stdout
        self.assertNotRegex(shown, r"(?m)^  serve\b")
        needed = subprocess.run(["nm", "-D", "--undefined-only", support.BINARY], capture_output=True, text=True)
        if needed.returncode != 0:
            self.skipTest("nm is not here: the binary's imports were not read")
        called = {line.split()[-1].split("@")[0] for line in needed.stdout.splitlines() if line.strip()}
        self.assertIn("open", {name.rstrip("64") for name in called} | called)  # the list is that of a real program
        self.assertEqual(called & {"listen", "accept", "accept4", "bind", "connect", "socket"}, set())


if __name__ == "__main__":
    support.main()
