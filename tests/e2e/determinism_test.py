"""The same files give the same case: interrupted and resumed, repeated, in another order, from an archive."""
import io
import json
import random
import signal
import subprocess
import time
import zipfile

import support

QUESTIONS = (("network", "summary"), ("network", "metrics", "--top", "100000"), ("network", "groups", "--draws", "5"))



def calls(seed, count):
    """Overlapping tables: a part of the rows stands in every one of them."""
    rows = []
    for source, n in ((0, count // 3), (seed, count)):
        draw = random.Random(source)
        for _ in range(n):
            a, b = draw.randrange(300), draw.randrange(300)
            if a == b:
                continue
            minute = draw.randrange(60 * 24 * 20)
            rows.append(f"+447700900{a:03d},+447700900{b:03d},2024-03-{1 + minute // 1440:02d}T"
                        f"{minute // 60 % 24:02d}:{minute % 60:02d}:00+01:00,{draw.randrange(1, 900)},voice,out,,,\n")
    return "a,b,start,duration_s,kind,direction,cell,imei,imsi\n" + "".join(rows)


class Determinism(support.CaseTest):
    def setUp(self):
        super().setUp()
        self.files = [self.write(f"{i}.csv", calls(i, 800)) for i in (1, 2, 3)]
        self.files.append(self.write("ties.csv", "source,target,weight\n" + "".join(
            f"n{i % 37},n{(i * 7 + 1) % 41},{1 + i % 5}\n" for i in range(400))))

    def new_case(self, name):
        self.case = self.folder / f"{name}.palermo"
        self.ok("init", "--title", "Test", "--state", "IT")

    def command(self, *files):
        return ["ingest", *files, "--technique", "NONE"]

    def answers(self):
        out = []
        for question in QUESTIONS:
            answer = self.ok(*question)
            for key in ("software_version", "case_id", "computed_at"):
                answer.pop(key, None)
            out.append(answer)
        return out

    def records(self):
        return self.ok("records", "--limit", "0")["records"]

    def test_interrupted_resumed_and_repeated_runs_give_the_same_case(self):
        self.ok(*self.command(*self.files))
        answers, records = self.answers(), self.records()
        self.assertGreater(len(records), 1800)
        draw = random.Random(7)
        self.new_case("killed")
        kills = 0
        for _ in range(12):
            run = subprocess.Popen([support.BINARY, "--case", str(self.case), "--quiet", *map(str, self.command(*self.files))],
                                   env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, 0.6))
            run.send_signal(draw.choice((signal.SIGKILL, signal.SIGINT, signal.SIGTERM)))
            kills += run.wait() != 0
        self.assertGreater(kills, 0)
        for _ in range(3):
            self.ok(*self.command(*self.files))
        self.assertEqual(self.records(), records)
        self.assertEqual(self.answers(), answers)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_the_order_of_files_changes_neither_records_nor_network(self):
        """A third of each file's calls stands in all three."""
        self.ok(*self.command(*self.files))
        answers, records = self.answers(), self.records()
        self.assertGreater(sum(len(record.get("also_in", [])) == 2 for record in records), 200)
        for name, order in (("reversed", self.files[::-1]), ("mixed", [self.files[i] for i in (2, 0, 3, 1)])):
            self.new_case(name)
            for path in order:
                self.ok(*self.command(path))
            self.assertEqual(self.records(), records)
            self.assertEqual(self.answers(), answers)

    def test_files_that_share_no_record_give_the_same_in_any_order(self):
        """Bit for bit: source ids, ties of time, spellings, evidence behind ties."""
        header = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"
        files = [self.write(f"day{day}.csv", header + "".join(
            f"+4477009000{i % 7:02d},+4477009000{10 + i * day % 11:02d},2024-03-{9 + i % 3:02d}T12:{i % 30:02d}:00Z,{60 * day + i},"
            f"voice,out,001-01-1-{i % 4},,\n" for i in range(60))) for day in (1, 2, 3)]
        files.append(self.write("payments.csv", "payment_id,from,to,amount,currency,at\n" + "".join(
            f"P{i},+4477009000{i:02d},+4477009000{10 + i},{i}00,EUR,2024-03-09T12:00:00Z\n" for i in range(7))))
        questions = (*QUESTIONS, ("records", "--limit", "0"), ("records", "--number", "+447700900010"), ("network", "persons"),
                     ("network", "path", "+447700900000", "+447700900004"), ("network", "ego", "+447700900001", "--hops", "2"),
                     ("network", "keyplayers", "-k", "2"), ("calls", "profile", "+447700900002"), ("calls", "devices"))
        wanted = None
        for name, order in (("as-named", (0, 1, 2, 3)), ("reversed", (3, 2, 1, 0)), ("mixed", (2, 0, 3, 1))):
            self.new_case(name)
            for i in order:
                self.assertEqual(self.ok(*self.command(files[i]))["duplicates"], 0)
            answers = [self.ok(*question) for question in questions]
            for answer in answers:
                for key in ("software_version", "case_id", "computed_at"):
                    answer.pop(key, None)
            self.assertEqual(len(answers[len(QUESTIONS)]["records"]), 187)
            wanted = wanted or answers
            self.assertEqual(answers, wanted)

    def test_an_archive_gives_what_its_files_give(self):
        self.ok(*self.command(*self.files))
        answers, records = self.answers(), self.records()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in self.files:
                archive.write(path, path.name)
        self.new_case("archive")
        self.ok(*self.command(self.write("delivery.zip", out.getvalue())))
        self.assertEqual(self.records(), records)
        self.assertEqual(self.answers(), answers)


if __name__ == "__main__":
    support.main()
