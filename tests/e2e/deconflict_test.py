"""cooperation deconflict: two offices learn which identifiers both have, and nothing else."""
import hashlib
import hmac
import json
import os

import support

A, B, C, D = (f"+44770090010{n}" for n in range(4))
HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
IMEI = "356938035643809"


def uses(n, person, identifier, **more):
    return dict({"id": f"U{n}", "kind": "fact", "source": f"report {n}", "attribution": {"person": person, "identifier": identifier}}, **more)


def person(n, who, category="suspect", **more):
    return {"id": f"N{n}", "kind": "fact", "source": f"report {n}", "person": dict({"id": who, "category": category}, **more)}


class Deconflict(support.CaseTest):
    def state(self, *statements, name="facts.json"):
        content = {"case": {"title": "T", "state": "IT"}, "statements": list(statements)}
        self.ok("ingest", "--technique", "NONE", self.write(name, json.dumps(content)))

    def key(self, name="shared.key"):
        self.ok("cooperation", "deconflict-key", "-o", self.folder / name)
        return self.folder / name

    def hash(self, key, kind, value):
        secret = bytes.fromhex(key.read_text().strip())
        return hmac.new(secret, f"palermo/deconflict/v1\n{kind}\n{value}\n".encode(), hashlib.sha256).hexdigest()

    def listed(self, key, name="ours.json"):
        made = self.ok("cooperation", "deconflict-list", "--key", key, "--to", "DE", "-o", self.folder / name)
        return made, json.loads((self.folder / name).read_text())

    def theirs(self, key, *identifiers, **changes):
        hashes = {self.hash(key, kind, value) for kind, value in identifiers}
        while len(hashes) % 64 or not hashes:
            hashes.add(os.urandom(32).hex())
        content = dict({"format": "palermo/deconflict/1", "key_check": self.hash(key, "key", "check"),
                        "made_at": "2031-06-01T10:00:00Z", "hashes": sorted(hashes)}, **changes)
        return self.write("theirs.json", json.dumps(content))

    def compare(self, key, path):
        return self.ok("cooperation", "deconflict", "--key", key, "--with", path)

    def calls(self):
        self.ok("ingest", "--technique", "NONE", self.write("calls.csv", HEADER + "".join(
            f"{x},{y},2031-03-0{n + 1}T10:00:00+00:00,60,call,out,001-01-1-1,{IMEI if n == 0 else ''},\n"
            for n, (x, y) in enumerate([(A, B), (B, C), (C, D)]))))

    def test_a_hit_is_told_without_showing_anything_else(self):
        self.calls()
        self.state(uses(1, "P1", A), uses(2, "P1", f"imei:{IMEI}"), uses(3, "P2", B), person(1, "P1"), person(2, "P2"),
                   uses(4, "P2", C, kind="assessment"))
        key = self.key()
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        made, listed = self.listed(key)
        self.assertEqual((made["identifiers"], made["hashes"], made["protected"], made["not_comparable"]), (3, 64, 0, 0))
        # Whoever has the key computes the same with a page of Python; D and C stand in no fact.
        want = {self.hash(key, "msisdn", A), self.hash(key, "msisdn", B), self.hash(key, "imei", IMEI[:14])}
        self.assertTrue(want <= set(listed["hashes"]))
        self.assertFalse({self.hash(key, "msisdn", C), self.hash(key, "msisdn", D)} & set(listed["hashes"]))
        self.assertEqual(listed["hashes"], sorted(set(listed["hashes"])))
        self.assertNotIn("4477009", (self.folder / "ours.json").read_text())
        self.assertEqual(made["sha256"], hashlib.sha256((self.folder / "ours.json").read_bytes()).hexdigest())
        entry = self.leaves()[-1]
        self.assertEqual((entry["id"], entry["disclosure"]["recipient_state"], entry["disclosure"]["legal_basis"], sorted(entry["disclosure"]["objects"])),
                         (made["disclosure_id"], "DE", "UNTOC art. 19", ["U1", "U2", "U3"]))
        self.assertEqual(entry["disclosure"]["artefact_sha256"], made["sha256"])
        # A second list under the same key has the same three, and other random ones.
        _, again = self.listed(key, "again.json")
        self.assertEqual(set(listed["hashes"]) & set(again["hashes"]), want)

        path = self.theirs(key, ("msisdn", B), ("msisdn", D), ("imei", IMEI[:14]), ("msisdn", "+4915700000000"))
        answer = self.compare(key, path)
        self.assertEqual([(h["kind"], h["value"], h["persons"], h["statements"]) for h in answer["hits"]],
                         [("imei", IMEI[:14], ["P1"], ["U2"]), ("msisdn", B, ["P2"], ["U3"])])
        self.assertEqual((answer["ours"], answer["theirs"]), (3, 64))
        access = self.leaves()[-1]["access"]
        self.assertEqual((access["command"], access["operation"], access["result_count"]), ("cooperation deconflict", "COMBINE", 2))
        self.assertIn(f"deconfliction/{answer['sha256']}", access["objects"])
        text = self.ok("cooperation", "deconflict", "--key", key, "--with", path, json_output=False)
        self.assertIn("Hit: of our 3 identifiers 2 are among", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertEqual(self.compare(key, self.theirs(key, ("msisdn", D)))["hits"], [])
        self.ok("audit", "verify")

    def test_protected_persons_and_what_must_stay_are_left_out(self):
        self.calls()
        self.state(uses(1, "P1", A), person(1, "P1"), uses(2, "M1", B), person(2, "M1", "smuggled_migrant"), uses(3, "P1", B),
                   uses(4, "P2", C), person(3, "P2", minor=True), uses(5, "P1", D, restricted=True),
                   uses(6, "P1", "the red telephone"), uses(7, "P1", "+447700900200"),
                   uses(8, "P3", "+447700900201"), uses(9, "P3", "+447700900201", polarity="contradicts"))
        key = self.key()
        made, listed = self.listed(key)
        hashes = set(listed["hashes"])
        self.assertTrue({self.hash(key, "msisdn", A), self.hash(key, "msisdn", "+447700900200")} <= hashes)
        for left_out in (B, C, D):  # B is used by a suspect too; it still leads to the migrant
            self.assertNotIn(self.hash(key, "msisdn", left_out), hashes, left_out)
        self.assertEqual((made["protected"], made["not_comparable_values"], made["withheld"]), (2, ["the red telephone"], 1))
        answer = self.compare(key, self.theirs(key, *(("msisdn", n) for n in (A, B, C, D))))
        self.assertEqual([h["value"] for h in answer["hits"]], [A])

    def test_an_empty_case_still_makes_a_list(self):
        made, listed = self.listed(self.key())
        self.assertEqual((made["identifiers"], len(listed["hashes"])), (0, 64))
        key = self.folder / "shared.key"
        text = self.ok("cooperation", "deconflict", "--key", key, "--with", self.theirs(key, ("msisdn", A)), json_output=False)
        self.assertIn("Nothing to compare", text)

    def test_what_is_damaged_or_of_another_key_is_refused(self):
        self.state(uses(1, "P1", A), person(1, "P1"))
        key, other = self.key(), self.key("other.key")
        before = len(self.leaves())
        good = json.loads(self.theirs(key, ("msisdn", A)).read_text())
        bad = {"other key": self.theirs(other, ("msisdn", A)).read_text(), "no list": "{}", "no json": "x",
               "one missing": json.dumps(dict(good, hashes=good["hashes"][1:])),
               "order": json.dumps(dict(good, hashes=good["hashes"][::-1])),
               "twice": json.dumps(dict(good, hashes=[good["hashes"][0], *good["hashes"][:-1]])),
               "capital": json.dumps(dict(good, hashes=[h.upper() if i == 63 else h for i, h in enumerate(good["hashes"])])),
               "empty": json.dumps(dict(good, hashes=[])), "time": json.dumps(dict(good, made_at="yesterday"))}
        for name, text in bad.items():
            with self.subTest(name):
                refused = self.refused(3, "cooperation", "deconflict", "--key", key, "--with", self.write("bad.json", text))
                self.assertIn("bad.json", refused.err)
        self.refused(3, "cooperation", "deconflict", "--key", self.folder / "no.key", "--with", self.write("bad.json", json.dumps(good)))
        for text in ("", "abc", "A" * 64, "0" * 66):
            self.refused(3, "cooperation", "deconflict-list", "--key", self.write("bad.key", text), "--to", "DE", "-o", self.folder / "n.json")
        self.refused(3, "cooperation", "deconflict-key", "-o", key)
        self.refused(3, "cooperation", "deconflict-list", "--key", key, "--to", "DE", "-o", key)
        self.refused(2, "cooperation", "deconflict-list", "--key", key, "--to", "Germany", "-o", self.folder / "n.json")
        self.refused(1, "cooperation", "deconflict-list", "--key", key, "--to", "DE", "-o", self.folder / "no" / "n.json")
        self.assertFalse((self.folder / "n.json").exists())
        self.assertEqual(len(self.leaves()), before)


if __name__ == "__main__":
    support.main()
