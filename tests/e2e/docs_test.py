"""What the documents say: links lead somewhere, codes and commands exist, and shown output is what the program prints.

A ```console block is run: lines that begin with "$ " are commands of one shell session a document, the rest is their
output. A line "…" stands for any lines, "…" inside a line for any text. A block after <!-- file: NAME --> is written to
that file first. A page with <!-- needs: shared --> finds the public data as the folder "shared" and is skipped where they are
absent. PALERMO_UPDATE_GOLDEN=1 writes what was printed into the documents; shorten it by hand afterwards.
"""
import csv
import datetime
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

import support

ROOT = support.SOURCE
ONLY = os.environ.get("PALERMO_DOCUMENT", "")  # part of a path: run the commands of these documents only
UPDATE = os.environ.get("PALERMO_UPDATE_GOLDEN") == "1"
CODE_FOLDERS = ["proto", "core", "ingest", "analysis", "report", "draw", "simulation", "cli"]
GLOBAL_OPTIONS = {"--case", "--as", "--purpose", "--json", "--quiet", "--log", "--help", "--version"}
# Words in capitals that the code writes and that are no code for people: environment variables, operations and kinds in
# ledger entries, enumerators, words of formats.
NOT_CODES = set("""PALERMO_CASE PALERMO_KEYS XDG_DATA_HOME HOME CONSULT COMBINE WITNESS TIMESTAMP NONE FILE DIR TEXT USER LEVEL LIFE
    DEATH UTC GMT COMMIT BINARY LEAF PALR S10 BEGIN GOOD IMEI IMSI SEARCH TIME ETSI CREATE UPDATE CANCEL DELETE
    GEXF BOOK CRDT DBIT OPBD PRCD CLBD NOTPROVIDED DMY MDY SMS MMS ICCID MSISDN XER ALTER XLSX TRUE FALSE GENERAL NAME
    OUT PROFILE QUESTION REFUSED FOLDER PATTERN RULE RULES ZONE COLLECT DISCLOSE ERASE
    ROUTINE HANDOVER COMPROMISE BODY UNSEAL WORDS DAY CASE PALI KEY_ERASED UCO INF WIT REL VIC MIG TRP MIN""".split())


def documents():
    for path in sorted(ROOT.rglob("*.md")):
        if not {"build", ".git", "node_modules"} & set(p.name for p in path.relative_to(ROOT).parents):
            yield path


def sources(*folders, endings=(".cpp", ".hpp", ".proto", ".textproto")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings:
                yield path


def without_fences(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def help_of(*words):
    run = subprocess.run([support.BINARY, *words, "--help"], capture_output=True, text=True, check=True)
    return run.stdout


def subcommands(text):
    block = re.search(r"^Subcommands:\n((?:  .*\n?)+)", text, re.M)
    return re.findall(r"^  ([a-z][a-z-]*)", block.group(1), re.M) if block else []


def commands(prefix=()):
    """(words, help) of every command that does something."""
    text = help_of(*prefix)
    names = subcommands(text)
    if not names:
        yield prefix, text
    for name in names:
        yield from commands((*prefix, name))


class Links(unittest.TestCase):
    def test_relative_links_lead_to_a_file(self):
        for path in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(path.read_text())):
                if re.match(r"[a-z]+:", target) or target.startswith("#"):
                    continue
                self.assertTrue((path.parent / target.split("#")[0]).exists(), f"{path.relative_to(ROOT)}: {target}")

    def test_documents_named_in_the_code_exist(self):
        for path in sources(*CODE_FOLDERS, "data"):
            for name in re.findall(r"docs/[\w./-]+\.md", path.read_text()):
                self.assertTrue((ROOT / name).exists(), f"{path.relative_to(ROOT)} names {name}")

    def test_the_index_names_every_page(self):
        index = (ROOT / "docs/README.md").read_text() + (ROOT / "docs/decisions/README.md").read_text()
        for path in documents():
            if path.parent.parts[-1] in ("docs", "formats", "decisions") and path.name != "README.md":
                self.assertIn(f"{path.name})", index, path.relative_to(ROOT))


class Codes(unittest.TestCase):
    def setUp(self):
        self.page = (ROOT / "docs/formats/reject-codes.md").read_text()
        self.documented = set(re.findall(r"`([A-Z][A-Z0-9_]{2,})`", self.page))

    def written(self):
        found = set()
        for path in sources("core", "ingest", "analysis", "cli", endings=(".cpp", ".hpp")):
            text = path.read_text()
            text = re.sub(r"kStates =.*?;", "", text, flags=re.S)  # the list of country codes
            found |= set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"', text))
            if path.name == "record_builder.cpp":
                found |= {"MISSING_" + f.upper() for f in re.findall(r'require\(item\.line, "(\w+)"', text)}
        finding = (ROOT / "proto/palermo/v1/finding.proto").read_text()
        reasons = re.search(r"enum ReasonCode \{(.*?)\}", finding, re.S).group(1)
        return {w for w in found if len(w) > 2}, set(re.findall(r"^\s+([A-Z_]+) = [1-9]", reasons, re.M))

    def test_every_code_in_the_code_is_documented(self):
        literals, reasons = self.written()
        self.assertEqual(sorted((literals | reasons) - self.documented - NOT_CODES), [])

    def test_every_documented_code_is_in_the_code(self):
        literals, reasons = self.written()
        self.assertEqual(sorted(self.documented - literals - reasons), [])


class Commands(unittest.TestCase):
    def test_the_list_of_commands_is_what_help_says(self):
        run = subprocess.run([sys.executable, str(ROOT / "scripts/describe-commands"), support.BINARY],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        page = ROOT / "docs/commands.md"
        if UPDATE:
            page.write_text(run.stdout)
        self.assertEqual(page.read_text(), run.stdout,
                         "docs/commands.md: write it anew with scripts/describe-commands BINARY > docs/commands.md")

    def test_commands_and_options_named_in_documents_exist(self):
        known = {words: set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*|-o)", text)) for words, text in commands()}
        groups = {words[:i] for words in known for i in range(1, len(words))}
        for path in documents():
            text = path.read_text()
            spans = re.findall(r"`(palermo [^`]+)`", without_fences(text))
            spans += re.findall(r"^\$ (palermo .*(?:\\\n.*)*)", text, re.M)
            for span in spans:
                words = re.split(r"\s+", re.split(r"[|;&>]\s", span.replace("\\\n", " "))[0].strip())[1:]
                while words and words[0].startswith(("-", "$")):  # global options stand before the command
                    words = words[1:] if words[0] in ("--json", "--quiet", "--help", "--version", "$AS") else words[2:]
                if not words or not re.fullmatch(r"[a-z-]+", words[0]):
                    continue
                where = f"{path.relative_to(ROOT)}: {span}"
                match = next((w for w in known if tuple(words[:len(w)]) == w), None)
                if match is None:
                    # "palermo network", "palermo authorize renew|confirm", "palermo audit check-…"
                    second = words[1] if len(words) > 1 and re.match(r"[a-z]", words[1]) else ""
                    self.assertIn((words[0],), groups, where)
                    for name in filter(None, second.split("|")):
                        fits_any = any(w[0] == words[0] and w[1].startswith(name.rstrip("…,")) for w in known if len(w) > 1)
                        self.assertTrue((words[0], name) in known or name.endswith("…") and fits_any, where)
                    continue
                for option in re.findall(r"(?<=\s)(--[a-z][a-z-]*|-o)\b", span):
                    self.assertIn(option, known[match] | GLOBAL_OPTIONS, where)


class Shell:
    """One bash session in one folder, with the binary on its path."""

    def __init__(self, folder):
        env = dict(os.environ, HOME=str(folder), PATH=f"{folder}/.bin:{os.environ['PATH']}", LC_ALL="C.UTF-8", TZ="UTC")
        for name in ("PALERMO_CASE", "PALERMO_KEYS", "XDG_DATA_HOME"):
            env.pop(name, None)
        (folder / ".bin").mkdir()
        (folder / ".bin/palermo").symlink_to(pathlib.Path(support.BINARY).resolve())
        (folder / "scripts").symlink_to(ROOT / "scripts")
        self.bash = subprocess.Popen(["bash"], cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, errors="replace")

    def run(self, command):
        """Lines that the command printed. A command that does not end within two minutes ends the session."""
        alarm = threading.Timer(120, self.bash.kill)
        alarm.start()
        # A command must not eat the commands that follow it on bash's own input.
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null\nlast=$?; printf '\\n=== done\\n'; (exit $last)\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            if line == "=== done\n":
                break
            lines.append(line.rstrip("\n").rstrip())
        alarm.cancel()
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def close(self):
        self.bash.stdin.close()
        self.bash.stdout.close()
        self.bash.wait(timeout=60)


def fits(expected, actual):
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in actual)) is not None


def shortened(line):
    line = re.sub(r"[0-9a-f]{16,}", "…", line)
    line = re.sub(r"[A-Za-z0-9+/]{40,}=*", "…", line)
    line = re.sub(r"\b([0-9a-f]{4} ){15}[0-9a-f]{4}", "…", line)
    line = re.sub(r"20(2[4-9]|[3-9]\d)-\d\d-\d\dT[\d:.]+Z", "…", line) if "recorded_at" in line else line
    return line


class Output(unittest.TestCase):
    maxDiff = None

    def test_shown_output_is_what_the_program_prints(self):
        for path in documents():
            text = path.read_text()
            if "```console" not in text:
                continue
            name = str(path.relative_to(ROOT))
            if ONLY and ONLY not in name:
                continue
            with self.subTest(document=name):
                if "<!-- needs: shared -->" in text and support.shared() is None:
                    self.skipTest("skipped: the public data (../shared) are absent")
                self.check(path, text)

    def check(self, path, text):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-docs-"))
        self.addCleanup(shutil.rmtree, folder, True)
        if "<!-- needs: shared -->" in text:
            (folder / "shared").symlink_to(support.shared().resolve())
        for name, content in re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)^```", text, re.M | re.S):
            (folder / name).write_text(content)
        shell = Shell(folder)
        wrong, new_text, after = [], "", 0
        for block in re.finditer(r"^```console\n(.*?)^```", text, re.M | re.S):
            parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", block.group(1), flags=re.M)
            self.assertEqual(parts[0], "", path)
            new_block = ""
            for command, shown in zip(parts[1::2], parts[2::2]):
                actual = shell.run(command)
                expected = shown.splitlines()
                if not fits(expected, actual):
                    wrong.append(f"$ {command}\nshown:\n{shown}printed:\n" + "\n".join(actual))
                    shown = "".join(shortened(line) + "\n" for line in actual)
                new_block += f"$ {command}\n{shown}"
            new_text += text[after:block.start(1)] + new_block
            after = block.end(1)
        shell.close()
        if UPDATE:
            path.write_text(new_text + text[after:])
        elif wrong:
            self.fail("\n\n".join(wrong))


class Segments(support.CaseTest):
    def test_the_reader_in_the_document_reads_what_the_file_said(self):
        page = (ROOT / "docs/formats/segments.md").read_text()
        code = re.search(r"^```python\n(.*?)^```", page, re.M | re.S).group(1)
        reader = {"__name__": "reader"}
        exec(compile(code, "segments.md", "exec"), reader)  # the point of this test
        folder = self.folder / "evidence"
        self.ok("simulate", "--seed", "5", "--persons", "40", "--calls", "900", "-o", folder)
        self.ok("ingest", folder / "calls_it.csv", folder / "calls_ch.csv", "--technique", "NONE")
        stored = {}
        for source, line, start, a, b, seconds, cell in reader["rows"](self.case):
            stored[source, line] = (start, a, b, seconds, cell)
        wanted = {}
        for source, name in ((self.source(1), "calls_it.csv"), (self.source(2), "calls_ch.csv")):
            with open(folder / name, newline="") as file:
                for line, row in enumerate(csv.DictReader(file), start=2):
                    start = datetime.datetime.fromisoformat(row["start"])
                    start = start.astimezone(datetime.timezone.utc).replace(tzinfo=None)
                    wanted[source, line] = (start, row["a"], row["b"], int(row["duration_s"] or 0), row["cell"])
        self.assertGreater(len(wanted), 500)
        self.assertEqual(stored, wanted)

    def test_many_identifiers_are_read_out_of_their_blocks(self):
        page = (ROOT / "docs/formats/segments.md").read_text()
        code = re.search(r"^```python\n(.*?)^```", page, re.M | re.S).group(1)
        reader = {"__name__": "reader"}
        exec(compile(code, "segments.md", "exec"), reader)
        lines, wanted = ["a,b,start,duration_s,kind,cell,imei"], []
        for i in range(20_000):  # more than one segment, and 6,000 numbers
            a, b = f"+88810{i % 3_000:09}", f"+88820{i * 7 % 3_000:09}"
            start = datetime.datetime(2031, 3, 1) + datetime.timedelta(seconds=i * 11)
            lines.append(f"{a},{b},{start.isoformat()}+00:00,{i % 600},call,C-{i % 50},35{i % 2_000:012}{i % 2_000 % 10}")
            wanted.append((i + 2, start, a, b, i % 600, f"C-{i % 50}"))
        self.ok("ingest", self.write("calls.csv", "\n".join(lines) + "\n"), "--technique", "NONE")
        self.assertEqual(list(reader["rows"](self.case)), [(self.source(1), *row) for row in wanted])
        with sqlite3.connect(self.case) as db:
            self.assertEqual(db.execute("SELECT count(*), sum(count) FROM identifier_block").fetchone(), (8, 8_000))
            self.assertEqual(db.execute("SELECT count(*) FROM identifier").fetchone(), (0,))
        number, imei = wanted[42][2], f"35{42:012}"
        for words, calls in (([number], 7), ([imei], 10), ([imei + "2"], 10)):  # the text as received, too
            answer = self.ok("records", "--number", *words)
            self.assertEqual(answer["total"], calls, words)
        second = self.write("second.csv", lines[0] + "\n" + lines[43] + "\n" + lines[44].replace(",call,", ",sms,") + "\n")
        answer = self.ok("ingest", second, "--technique", "NONE")
        self.assertEqual((answer["duplicates"], answer["stored"]), (1, 1))
        with sqlite3.connect(self.case) as db:
            self.assertEqual(db.execute("SELECT count(*) FROM identifier").fetchone(), (0,))
        self.ok("audit", "verify")
        for change in ("blob = CAST(blob || x'00' AS BLOB)", "low = low || 'x'", "count = count + 1", "kind = 'imsi'"):
            copy = self.folder / "changed.palermo"
            copy.unlink(missing_ok=True)
            with sqlite3.connect(self.case) as db, sqlite3.connect(copy) as other:
                db.backup(other)
            with sqlite3.connect(copy) as other:
                other.execute(f"UPDATE identifier_block SET {change} WHERE first = 1")
            self.assertEqual(self.run_palermo("audit", "verify", case=copy).code, 5, change)


if __name__ == "__main__":
    support.main()
