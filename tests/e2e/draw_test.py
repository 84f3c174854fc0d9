"""Pictures: network draw, calls timeline and calls hours, from a case to files that are read back."""
import collections
import json
import os
import re
import shutil
import struct
import subprocess
import time
import unittest
import xml.etree.ElementTree as xml
import zlib

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
A, B, C, D, E = (f"+44770090000{n}" for n in range(1, 6))
ONE, OTHER = "352099001761481", "352099001761499"
SVG = "{http://www.w3.org/2000/svg}"


def call(a, b, day, seconds=60, hour=10, zone="+01:00", imei=""):
    return f"{a},{b},2031-03-{day:02}T{hour:02}:00:00{zone},{seconds},call,out,001-01-1-1,{imei},\n"


def marks(path):
    """How many groups of each class a picture has."""
    return collections.Counter(g.get("class") for g in xml.parse(path).getroot().iter(SVG + "g"))


def words(path):
    return " ".join(t.text or "" for t in xml.parse(path).getroot().iter(SVG + "text"))


def pixels(path):
    """Width, height and the set of grey levels of a PNG, decoded without a library."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]
        if kind == b"IHDR": width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
        if kind == b"IDAT": body += chunk
        at += 12 + size
    assert (depth, colour) == (8, 2)
    rows = zlib.decompress(body)
    assert len(rows) == height * (1 + 3 * width)
    return width, height, len(set(rows))


class Draw(support.CaseTest):
    def calls(self, *rows, name="calls.csv", options=("--technique", "NONE")):
        return self.ok("ingest", *options, self.write(name, HEADER + "".join(rows)))

    def small(self):
        self.calls(call(A, B, 1), call(A, B, 2), call(B, C, 2), call(A, C, 3), call(C, D, 4))
        rows = [{"payment_id": "T1", "from": A, "to": C, "amount": 10, "currency": "EUR", "at": "2031-03-02T00:00:00Z"},
                {"payment_id": "T2", "from": A, "to": E, "amount": 10, "currency": "EUR", "at": "2031-03-03T00:00:00Z"}]
        self.ok("ingest", "--technique", "NONE", self.write("payments.json", json.dumps(rows)))

    def facts(self, *statements):
        content = {"case": {"title": "T", "state": "IT"}, "statements": list(statements)}
        return self.ok("ingest", "--technique", "NONE", self.write("facts.json", json.dumps(content)))

    def draw(self, name, *options, command=("network", "draw")):
        path = self.folder / name
        return self.ok(*command, "-o", path, "--force", *options), path

    def accesses(self):
        return [leaf["access"] for leaf in self.leaves() if "access" in leaf]

    def order(self, **more):
        return dict({"id": "A1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "traffic_data", "state": "IT",
                     "granted_at": "2031-03-01T00:00:00Z", "effective_from": "2031-03-01T00:00:00Z",
                     "expires_at": "2031-03-20T00:00:00Z", "targets": [{"kind": "msisdn", "value": A}],
                     "scope": {"data_types": ["traffic"], "max_hops": 1}}, **more)

    def test_marks_are_those_of_the_network(self):
        self.small()
        summary = self.ok("network", "summary")
        answer, path = self.draw("n.svg")
        seen = marks(path)
        self.assertEqual((answer["nodes"], answer["ties"]), (summary["nodes"], summary["edges"]))
        self.assertEqual((answer["nodes_shown"], answer["ties_shown"]), (5, 5))
        self.assertEqual(seen["node"], answer["nodes_shown"])
        # A and C call each other and pay each other: a line for each layer.
        self.assertEqual((seen["tie"], answer["lines"]), (6, 6))
        self.assertEqual({x["name"]: (x["lines"], x["strength"]) for x in answer["layers"]}, {"calls": (4, 5), "payments": (2, 2)})
        self.assertEqual(seen["label"], answer["labels_shown"])
        text = words(path)
        for said in ("calls", "payments", "5 of 5 nodes and 5 of 5 ties", "contact is not concert", answer["picture"]["case_id"],
                     f"entry {answer['picture']['ledger_size']}", A):
            self.assertIn(said, text)
        for never in ("suspect", "score", "guilty"):
            self.assertNotIn(never, text.lower())
        one, path = self.draw("calls.svg", "--layer", "calls")
        self.assertEqual((marks(path)["tie"], one["ties"]), (4, self.ok("network", "summary", "--layer", "calls")["edges"]))
        part, path = self.draw("march2.svg", "--from", "2031-03-02", "--to", "2031-03-02")
        self.assertEqual(part["ties"], self.ok("network", "summary", "--from", "2031-03-02", "--to", "2031-03-02")["edges"])

    def test_what_is_left_out_is_counted_and_said(self):
        self.small()
        answer, path = self.draw("n.svg", "--top", "3", "--ties", "2")
        self.assertEqual((answer["nodes_shown"], answer["nodes"], answer["ties_shown"], answer["ties"]), (3, 5, 2, 5))
        self.assertIn("3 of 5 nodes and 2 of 5 ties", words(path))
        self.assertIn("1 weaker ties", words(path).replace("\n", " "))
        self.assertEqual(marks(path)["node"], 3)
        answer, path = self.draw("n.svg", "--label", "none")
        self.assertEqual((answer["labels_shown"], marks(path)["label"]), (0, 0))

    def test_three_formats_twice_the_same_bytes_and_no_overwriting(self):
        self.small()
        drawn = {}
        for ending in ("svg", "png", "pdf"):
            one, path = self.draw(f"n.{ending}")
            drawn[ending] = path.read_bytes()
            self.assertEqual(one["picture"]["format"], ending)
            again, other = self.draw(f"again.{ending}")
            self.assertEqual(other.read_bytes(), drawn[ending], ending)  # though the ledger grew by a look
            self.assertEqual(again["picture"]["sha256"], one["picture"]["sha256"])
            refused = self.refused(3, "network", "draw", "-o", path)
            self.assertIn("exists already", refused.err)
            self.assertIn("--force", refused.err)
            self.assertEqual(path.read_bytes(), drawn[ending])
        width, height, levels = pixels(self.folder / "n.png")
        self.assertEqual((width, height), (2339, 1654))  # A4 at 200 dpi
        self.assertGreater(levels, 20)
        self.draw("small.png", "--width", "800")
        self.assertEqual(pixels(self.folder / "small.png")[0], 800)
        self.assertNotIn(b"Producer (cairo", drawn["svg"])
        entry = self.leaves()[-1]["access"]
        digest = self.ok("network", "draw", "-o", self.folder / "last.pdf")["picture"]["sha256"]
        self.assertIn("picture/" + digest, self.leaves()[-1]["access"]["objects"])
        self.assertEqual((entry["command"], entry["operation"]), ("network draw", "COMBINE"))
        # Evidence changes the case, and so the picture.
        self.calls(call(D, E, 9), name="more.csv")
        _, path = self.draw("n.svg")
        self.assertNotEqual(path.read_bytes(), drawn["svg"])

    def test_pdf_is_read_by_other_programs(self):
        if not shutil.which("pdftotext"):
            self.skipTest("poppler-utils are not installed")
        self.small()
        answer, path = self.draw("n.pdf", "--size", "a3")
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
        self.assertIn(A, text)
        self.assertIn(answer["picture"]["case_id"], text)
        fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
        self.assertTrue(fonts)
        for line in fonts:
            self.assertIn("DejaVu", line)
            self.assertRegex(line, r"yes yes yes|yes yes no")  # embedded, subset
        info = subprocess.run(["pdfinfo", "-isodates", path], capture_output=True, text=True, check=True).stdout
        self.assertIn("Pages:           1\n", info)
        made = [leaf["recorded_at"] for leaf in self.leaves() if leaf["kind"] != "access"][-1]
        self.assertIn("CreationDate:    " + made[:19], info)

    def test_files_that_cannot_be_written_leave_nothing(self):
        self.small()
        before = sorted(p.name for p in self.folder.iterdir())
        for name, code, said in (("n.jpg", 2, ".svg, .png or .pdf"), ("n", 2, ".svg"), ("no/such/n.svg", 1, "cannot be written")):
            self.assertIn(said, self.refused(code, "network", "draw", "-o", self.folder / name).err)
        (self.folder / "d.svg").mkdir()
        self.assertIn("is a folder", self.refused(2, "network", "draw", "-o", self.folder / "d.svg").err)
        (self.folder / "d.svg").rmdir()
        self.assertIn("pixels", self.refused(2, "network", "draw", "-o", self.folder / "n.png", "--dpi", "1200").err)
        for size in ("a9", "10x10", "297x", "x", "9999x9999", "297x210x3"):
            self.assertIn("--size", self.refused(2, "network", "draw", "-o", self.folder / "n.svg", "--size", size).err)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), before)
        full = "/dev/shm" if os.path.isdir("/dev/shm") else str(self.folder)
        # A file system that takes no more: RLIMIT_FSIZE stands in for the full disk.
        script = ("import resource,signal,subprocess,sys;signal.signal(signal.SIGXFSZ,signal.SIG_IGN);"
                  "resource.setrlimit(resource.RLIMIT_FSIZE,(70000,70000));sys.exit(subprocess.run(sys.argv[1:]).returncode)")
        target = self.folder / "full.png"
        run = subprocess.run(["python3", "-c", script, support.BINARY, "--case", self.case, "network", "draw", "-o", target],
                             capture_output=True, text=True, env=self.env, timeout=120)
        self.assertEqual(run.returncode, 1, run.err if hasattr(run, "err") else run.stderr)
        self.assertEqual([p for p in self.folder.iterdir() if "full.png" in p.name], [], full)

    def test_an_empty_case_is_a_page_that_says_so(self):
        answer, path = self.draw("n.svg")
        self.assertEqual((answer["nodes"], answer["nodes_shown"]), (0, 0))
        self.assertIn("Nothing to draw", words(path))
        self.refused(2, "calls", "hours", A, "-o", self.folder / "h.svg")
        self.refused(2, "calls", "timeline", A, "-o", self.folder / "t.svg")
        self.assertFalse((self.folder / "h.svg").exists() or (self.folder / "t.svg").exists())

    def test_hostile_names_are_words(self):
        names = ["<script>alert(1)</script>", "</text><b>&amp;", "\u202egnp.exe", "x" * 3000, "a\u0001b]]>", "<span size='9999'>", "\ufeffq"]
        rows = "".join(f'"{n}","hub"\n' for n in names)
        got = self.ok("ingest", "--technique", "NONE", self.write("names.csv", "a,b\n" + rows))
        self.assertGreaterEqual(got["stored"], 5)
        answer, path = self.draw("n.svg")
        self.assertEqual(marks(path)["node"], answer["nodes_shown"])
        text = path.read_text()
        self.assertNotIn("<script", text)
        self.assertNotIn("\u202e", text)
        self.assertFalse(re.search(r"[\x00-\x08\x0b-\x1f]", text))
        self.assertIn("<script>alert(1)</script>", words(path))
        self.assertLess(max(len(t.text or "") for t in xml.parse(path).getroot().iter(SVG + "text")), 400)
        self.draw("n.png", "--width", "900")
        self.draw("n.pdf")

    def test_facts_are_solid_and_assessments_dashed(self):
        self.small()
        use = lambda n, kind, person, number: {"id": f"U{n}", "kind": kind, "source": f"report {n}",
                                               "attribution": {"person": person, "identifier": number}}
        self.facts(use(1, "fact", "P1", A), use(2, "assessment", "P2", B),
                   {"id": "N1", "kind": "fact", "person": {"id": "P1", "name": "Nils Invented"}},
                   {"id": "N2", "kind": "fact", "person": {"id": "P2", "name": "Ida Invented"}})
        answer, path = self.draw("n.svg", "--users")
        seen = marks(path)
        self.assertEqual((answer["attributions"], answer["assessments"]), (2, 1))
        self.assertEqual((seen["tie assessment"], seen["tie"], seen["node"]), (1, answer["lines"] + 1, answer["nodes_shown"] + 2))
        dashed = [g for g in xml.parse(path).getroot().iter(SVG + "g") if g.get("class") == "tie assessment"]
        self.assertTrue(all(g.find(SVG + "path").get("stroke-dasharray") for g in dashed))
        self.assertIn("Ida Invented used " + B, dashed[0].find(SVG + "title").text)
        over, path = self.draw("p.svg", "--over", "persons")
        self.assertIn("Nils Invented", words(path))
        self.assertEqual(over["ties"], self.ok("network", "summary", "--over", "persons")["edges"])

    def test_protected_persons_have_pseudonyms(self):
        self.small()
        self.facts({"id": "N1", "kind": "fact", "person": {"id": "P1", "name": "Nils Invented", "category": "witness"}},
                   {"id": "U1", "kind": "fact", "source": "r", "attribution": {"person": "P1", "identifier": A}})
        for options in ((), ("--over", "persons"), ("--users",)):
            answer, path = self.draw("n.svg", *options)
            text = path.read_text()
            self.assertNotIn("Nils", text, options)
            self.assertNotIn(A, text, options)
            self.assertIn("Witness W-", text, options)
            self.assertEqual(answer["picture"]["pseudonyms"], 1)
        for name in ("timeline", "hours"):
            _, path = self.draw(f"{name}.svg", A, command=("calls", name))
            self.assertNotIn(A, path.read_text(), name)
            self.assertIn("Witness W-", words(path))

    def test_ego_keeps_the_hops(self):
        self.ok("authorize", "add", self.write("auth.json", json.dumps(self.order())))
        self.calls(call(A, B, 4), call(A, C, 5), options=("--authorization", "A1"))
        answer, path = self.draw("ego.svg", "--ego", A)
        ego = self.ok("network", "ego", A)
        self.assertEqual((answer["nodes"], answer["ties"]), (len(ego["nodes"]), len(ego["edges"])))
        self.assertEqual((answer["hops_allowed"], answer["ego"]), (1, A))
        refused = self.refused(4, "network", "draw", "-o", self.folder / "far.svg", "--ego", B)
        self.assertIn("SC02", refused.err)
        self.assertFalse((self.folder / "far.svg").exists())
        last = self.accesses()[-1]
        self.assertEqual((last["decision"], last["rule_id"], last["command"]), ("refused", "SC02", "network draw"))
        self.assertNotIn(B, str(last))
        self.refused(4, "calls", "timeline", B, "-o", self.folder / "far.svg")
        self.refused(4, "calls", "hours", A, B, "-o", self.folder / "far.svg")
        self.assertFalse((self.folder / "far.svg").exists())
        alone = self.run_palermo("network", "draw", "-o", self.folder / "far.svg", "--hops", "2")
        self.assertEqual((alone.code, "--ego" in alone.err), (2, True))

    def test_groups_are_those_of_network_groups(self):
        rows = "".join(f"{x}{i},{x}{j}\n" for x in "pqr" for i in range(5) for j in range(i))
        self.ok("ingest", "--technique", "NONE", self.write("g.csv", "a,b\n" + rows + "p0,q0\nq0,r0\n"))
        groups = self.ok("network", "groups", "--draws", "0")["groups"]
        answer, path = self.draw("g.svg", "--groups")
        self.assertEqual([(g["id"], g["size"]) for g in answer["groups"]], [(g["id"], g["size"]) for g in groups])
        self.assertEqual(marks(path)["group"], 3)
        self.assertEqual(self.draw("g2.svg", "--groups")[1].read_bytes(), path.read_bytes())

    def test_timeline(self):
        self.ok("authorize", "add", self.write("auth.json", json.dumps(self.order())))
        self.calls(call(A, B, 4, imei=ONE), call(A, B, 5, imei=ONE), call(A, C, 8, 0, imei=OTHER), call(C, A, 9),
                   options=("--authorization", "A1"))
        answer, path = self.draw("t.svg", A, "--zone", "Europe/Rome", "--from", "2031-03-01", "--to", "2031-04-05",
                                 command=("calls", "timeline"))
        seen = marks(path)
        strip = answer["strips"][0]
        self.assertEqual((strip["records"], strip["outgoing"], strip["windows"], strip["handsets"]), (4, 3, 1, 2))
        self.assertEqual((seen["call"], seen["window"], seen["device"], seen["clock"]), (4, 1, 2, 1))
        self.assertEqual(answer["clock_changes"], ["2031-03-30T01:00:00Z"])
        self.assertEqual(answer["gap_days"], 36 - 4)
        self.assertIn("UTC+2", words(path))
        self.assertIn("Europe/Rome", words(path))
        utc, path = self.draw("t.svg", A, command=("calls", "timeline"))
        self.assertEqual((utc["clock"], utc["clock_changes"]), ("UTC", []))
        for ending in ("png", "pdf"):
            one = self.draw(f"t.{ending}", A, command=("calls", "timeline"))[1].read_bytes()
            self.assertEqual(self.draw(f"u.{ending}", A, command=("calls", "timeline"))[1].read_bytes(), one)

    def test_timeline_of_many_records_stands_in_columns(self):
        self.calls(*(f"{A},{B},2031-03-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:{i % 59:02}Z,60,call,out,,,\n" for i in range(900)))
        stored = self.ok("calls", "profile", A)["out"]["calls"]
        self.assertEqual(stored, 900)
        answer, path = self.draw("t.svg", A, B, command=("calls", "timeline"))
        self.assertTrue(answer["columns"])
        self.assertEqual([s["records"] for s in answer["strips"]], [stored, stored])
        self.assertEqual(marks(path)["call"], 0)
        self.assertIn("stand in columns", words(path))
        many = [f"+4477009{n:05}" for n in range(60)]
        self.assertIn("strips", self.refused(2, "calls", "timeline", *many, "-o", self.folder / "m.svg").err)

    def test_hours_are_those_of_the_profile(self):
        self.calls(call(A, B, 3, hour=8), call(A, B, 3, hour=8), call(A, C, 3, hour=9, seconds=5), call(B, A, 9, hour=23), call(A, B, 5, zone="Z"))
        profile = self.ok("calls", "profile", A)
        answer, path = self.draw("h.svg", A, command=("calls", "hours"))
        self.assertEqual([r["hours"] for r in answer["hours"]], [r["hours"] for r in profile["hours"]])
        self.assertEqual(answer["undetermined"], profile["hours_undetermined"])
        self.assertEqual((answer["records"], answer["undetermined"]), (sum(sum(r["hours"]) for r in profile["hours"]), 1))
        self.assertEqual(marks(path)["cell"], 168)
        self.assertIn("1 records whose local time is not known", words(path))
        both, _ = self.draw("h.svg", A, B, command=("calls", "hours"))
        self.assertEqual(both["records"], answer["records"])  # a call between the two counts once
        zone, _ = self.draw("h.svg", A, "--zone", "Asia/Tokyo", command=("calls", "hours"))
        self.assertEqual((zone["undetermined"], sum(sum(r["hours"]) for r in zone["hours"])), (0, answer["records"] + 1))

    def test_a_large_network_is_drawn_in_seconds_and_says_what_it_left_out(self):
        rows = "".join(f"n{i},n{(i * j * 7 + j) % 1000}\n" for j in range(1, 101) for i in range(1000))
        self.ok("ingest", "--technique", "NONE", self.write("large.csv", "a,b\n" + rows))
        begin = time.monotonic()
        answer, path = self.draw("large.svg")
        took = time.monotonic() - begin
        self.assertEqual((answer["nodes"], answer["nodes_shown"], answer["ties_shown"]), (1000, 150, 600))
        self.assertLess(took, 60)  # seconds in a release build; this may be a debug build on a busy machine
        self.assertEqual(marks(path)["tie"], 600)
        self.assertIn(f"150 of 1000 nodes and 600 of {answer['ties']} ties", words(path))


if __name__ == "__main__":
    support.main()
