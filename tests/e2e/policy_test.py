"""Every command tried by every role: who may do what, and what it leaves, equals the policy table, exhaustively."""
import concurrent.futures
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import support

ROLES = {"analyst": "ana", "handler": "hugo", "legal": "lena", "oversight": "vera", "admin": "adam"}
ORDER = {"id": "URG-1", "technique": "ELECTRONIC_SURVEILLANCE", "kind": "content_interception", "state": "DE",
         "applicant": {"id": "P-1"}, "authorizer": {"id": "S-1", "role": "prosecutor"},
         "urgent": {"oral_at": "2024-03-07T16:00:00+01:00", "reason": "The van leaves tonight."},
         "expires_at": "2024-05-31T23:59:59+02:00", "targets": [{"kind": "msisdn", "value": "+447700900001"}],
         "scope": {"data_types": ["content"], "max_hops": 1}}
USE = {"use_id": "U-1", "authorization_id": "AUTH-IT-TRAFFIC", "technique": "ELECTRONIC_SURVEILLANCE",
       "kind": "traffic_data", "started_at": "2023-06-02T10:00:00Z", "ended_at": "2023-06-02T12:00:00Z"}
DELIVERY = {"use_id": "D-1", "authorization_id": "CD-1", "technique": "CONTROLLED_DELIVERY",
            "kind": "controlled_delivery", "started_at": "2023-06-03T10:00:00Z",
            "delivery": {"mode": "intact", "persons_present": False, "states": ["IT"], "consents": ["IT"]}}
UNDERCOVER = {"report_id": "UC-NEW", "officer": "UCO-7Q4K-2MX", "handler": "H-1",
              "authorization_id": "AUTH-DE-UNDERCOVER", "from": "2023-07-01T10:00:00Z",
              "to": "2023-07-01T12:00:00Z", "narrative": "They met."}
PAYMENTS = "payment_id,from,to,amount,currency,at\nX-1,acc-1,acc-2,10.00,EUR,2023-06-01T10:00:00Z\n"


def leaf_commands():
    """Every command of the program, as --help lists them: what is new is here without anybody's doing."""
    def below(words):
        run = subprocess.run([support.BINARY, *words, "--help"], capture_output=True, text=True, check=True)
        found = re.search(r"^Subcommands:\n((?:  .*\n|\n(?=  ))*)", run.stdout, re.M)
        names = [re.match(r"  (\S+)", line).group(1) for line in (found.group(1).split("\n") if found else [])
                 if re.match(r"  \S", line)]
        return [command for name in names for command in below([*words, name])] if names else [" ".join(words)]
    return below([])


def leaves_of(case):
    with sqlite3.connect(f"file:{case}?mode=ro", uri=True) as db:
        return [json.loads(row[0]) for row in db.execute("SELECT bytes FROM leaf ORDER BY idx")]


def state_of(case):
    """Hash over every table but those of the log."""
    digest = hashlib.sha256()
    with sqlite3.connect(f"file:{case}?mode=ro", uri=True) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        for name in names:
            if name not in ("leaf", "node", "entry_head"):
                for row in db.execute(f"SELECT * FROM {name} ORDER BY 1"):
                    digest.update(repr((name, row)).encode())
    return digest.hexdigest()


class Prepared:
    """One case with something in it for every command; each run works on a copy of the folder."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="palermo-policy-"))
        self.env = dict(os.environ, PALERMO_KEYS=str(self.folder / "keys"))
        self.env.pop("PALERMO_CASE", None)
        self.build()

    def run(self, *args, folder=None, purpose=None):
        folder = folder or self.folder
        env = dict(self.env, PALERMO_KEYS=str(folder / "keys"))
        command = [support.BINARY, "--case", str(folder / "c.palermo"), "--json"]
        if purpose:
            command += ["--purpose", purpose]
        run = subprocess.run(command + [str(a) for a in args], capture_output=True, text=True, env=env, timeout=300,
                             cwd=folder, errors="replace", stdin=subprocess.DEVNULL)
        return support.Answer(run)

    def ok(self, *args):
        answer = self.run(*args)
        assert answer.code == 0, (args, answer.err)
        return answer.json

    def write(self, name, content):
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content))

    def build(self):
        ok, write = self.ok, self.write
        ok("simulate", "--seed", "1", "--persons", "40", "--calls", "600", "-o", "ev")
        ok("init", "--title", "T", "--state", "DE")
        for role, name in ROLES.items():
            ok("user", "add", name, "--role", role)
        ok("authorize", "add", "ev/authorizations.json")
        write("urgent.json", ORDER)
        ok("authorize", "add", "urgent.json")
        delivery = {k: v for k, v in ORDER.items() if k != "urgent"}
        delivery.update(id="CD-1", technique="CONTROLLED_DELIVERY", kind="controlled_delivery", granted_at="2023-06-01T09:00:00Z",
                        effective_from="2023-06-01T09:00:00Z", expires_at="2023-06-30T22:00:00Z", consent_states=["IT"])
        write("cd.json", delivery)
        ok("authorize", "add", "cd.json")
        write("new.json", dict(ORDER, id="NEW-1"))
        ok("ingest", "ev/calls_it.csv", "--authorization", "AUTH-IT-TRAFFIC")
        ok("ingest", "ev/calls_de.csv", "--authorization", "AUTH-DE-TRAFFIC")
        ok("ingest", "ev/intercepts.jsonl", "ev/undercover.jsonl", "ev/statements.json", "--technique", "NONE")
        write("use.json", USE)
        write("delivery.json", DELIVERY)
        write("undercover.json", UNDERCOVER)
        write("payments.csv", PAYMENTS)
        entities = ok("entity", "list")["entities"]
        self.persons = [e["id"] for e in entities if e["kind"] == "person"][:4]
        merged = ok("entity", "merge", *self.persons[:2], "--reason", "seen together", "--despite")
        ok("entity", "undo", "--reason", "mistaken")
        assert merged
        ok("entity", "merge", *self.persons[2:4], "--reason", "seen together", "--despite")
        ok("audit", "checkpoint", "-o", "kept.txt")
        self.vkey = ok("audit", "verify")["vkey"]
        self.numbers = self.called()
        self.proposed = ok("statement", "list", "--status", "proposed", "--limit", "1")["statements"][0]["id"]
        self.offence = ok("catalogue", "list")["items"][0]["row"]["id"]
        write("calls.profile", ok("profile", "show", "palermo")["text"])
        self.record = ok("records", "--limit", "1")["records"][0]["record_id"]
        ok("audit", "prove", "2", "-o", "proof")
        with sqlite3.connect(self.folder / "c.palermo") as db:
            (self.folder / "leaf2").write_bytes(db.execute("SELECT bytes FROM leaf WHERE idx = 2").fetchone()[0])
        self.witness = ok("audit", "witness-key", "oversight.example/i1", "-o", "w.key")["vkey"]
        ok("audit", "consistency", "0", "-o", "request")
        ok("audit", "witness", "request", "--key", "w.key", "--state", "state", "--vkey", self.vkey, "-o", "line")
        (self.folder / "state").unlink()
        ok("audit", "bundle", "made", "--for", "Garante")
        self.stamp()
        self.extra()

    def extra(self):
        """Sealed identities: keys of both desks, one identity, one request that was agreed to, one that waits."""
        self.write("words", "correct horse battery\n")
        self.write("fields.json", {"name": "Somebody Invented", "born": "1980-01-01"})
        for name, role in (("hugo", "handler"), ("lena", "legal")):
            self.ok("--as", name, "identity", "key", "--role", role, "-o", role + ".key", "--passphrase-file", "words")
        self.sealed = self.ok("--as", "hugo", "identity", "seal", "--category", "informant", "--fields", "fields.json")["pseudonym"]
        ask = ("--as", "hugo", "identity", "request", self.sealed, "--reason", "meeting of 7 March")
        self.agreed, self.waiting = (self.ok(*ask)["request_id"] for _ in range(2))
        self.ok("--as", "lena", "identity", "approve", self.agreed, "--reason", "checked", "--key", "legal.key",
                "--passphrase-file", "words", "-o", "grant")
        self.ok("case", "export", "-o", "whole.palermo-case", "--to", "Office B")
        self.ok("cooperation", "deconflict-key", "-o", "deconflict.key")
        self.ok("--as", "lena", "cooperation", "deconflict-list", "--key", "deconflict.key", "--to", "DE", "-o", "theirs.json")
        self.ok("--as", "adam", "identity", "backup", "-o", "backup", "--key", "period.key", "--destroy-by", "2099-12-31")

    def called(self):
        """Two numbers that are targets and called, so that no hop is spent on them."""
        orders = json.loads((self.folder / "ev" / "authorizations.json").read_text())
        targets = [t["value"] for o in orders if o["id"] == "AUTH-IT-TRAFFIC" for t in o["targets"]
                   if t["kind"] == "msisdn"]
        text = (self.folder / "ev" / "calls_it.csv").read_text()
        return sorted(targets, key=lambda n: -text.count(n))[:2]

    def stamp(self):
        from timestamp_test import CONFIG
        self.write("tsa.cnf", CONFIG.format(name="tsa"))
        self.write("serial", "2A\n")
        self.ok("audit", "timestamp-request", "-o", "q.tsq")
        # The time stamped is the moment of the newest checkpoint, which the request was made for.
        with sqlite3.connect(self.folder / "c.palermo") as db:
            (self.folder / "stamped.txt").write_text(
                db.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()[0])
        for args in (("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
                      "/CN=Root", "-days", "30"),
                     ("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Time"),
                     ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                      "tsa.pem", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "stamps"),
                     ("ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "q.tsq", "-out", "r.tsr")):
            subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)

    def arguments(self):
        """What each command is run with. A command that is missing here fails the test."""
        a, b = self.numbers
        two, person = self.persons[:2], self.persons[0]
        mark = ["--done-at", "2024-01-10", "--by", "J-1", "--role", "judge"]
        facts = []
        table = {
            "init": ["--title", "N", "--state", "IT"],
            "case export": ["-o", "copy.palermo-case", "--to", "Office B"],
            "case import": ["whole.palermo-case"],
            "user add": ["nora", "--role", "analyst"],
            "policy show": [],
            "authorize add": ["new.json"], "authorize list": [], "authorize show": ["AUTH-IT-TRAFFIC"],
            "authorize renew": ["AUTH-IT-TRAFFIC", "--granted-at", "2023-07-20", "--until", "2023-09-30", "--fresh-facts",
                                "new calls"],
            "authorize confirm": ["URG-1", "--at", "2024-03-08T10:00:00Z", "--by", "J-1", "--role", "judge"],
            "authorize refuse": ["URG-1", "--at", "2024-03-08T10:00:00Z", "--reason", "no urgency", "--by", "J-1"],
            "authorize cancel": ["AUTH-IT-TRAFFIC", "--at", "2023-07-01T00:00:00Z", "--reason", "arrest"],
            "authorize review": ["AUTH-IT-TRAFFIC", *mark, "--outcome", "goes on", "--collateral", "yes"],
            "authorize condition": ["AUTH-IT-TRAFFIC", "--text", "report", "--due", "2024-02-01"],
            "authorize notify": ["AUTH-IT-TRAFFIC", "--done-at", "2024-01-10", "--method", "letter"],
            "authorize destroy": ["AUTH-IT-TRAFFIC", "--order", "court, 7/2024", "--by", "J-1"],
            "technique log": ["use.json"], "technique list": [], "controlled-delivery log": ["delivery.json"],
            "undercover log": ["undercover.json"], "ingest": ["payments.csv", "--technique", "NONE"],
            "profile new": ["payments.csv"], "profile test": ["calls.profile", "ev/calls_ch.csv"],
            "profile list": [], "profile show": ["palermo"],
            "quarantine list": [], "quarantine release": ["Q-1", "--reason", "decision 9/2024"],
            "quarantine destroy": ["Q-1", "--order", "court, 7/2024"],
            "records": ["--limit", "3"], "trace": [self.record, "--file", "ev/calls_it.csv"], "locate": ["--summary"],
            "sql": ["SELECT count(*) FROM calls"],
            "entity list": [], "entity show": [person], "entity candidates": ["--limit", "2"],
            "entity merge": [*two, "--reason", "one man", "--despite"], "entity split": [self.persons[2], "--reason", "two"],
            "entity set-category": [person, "witness", "--reason", "heard as one"], "entity undo": ["--reason", "again"],
            "entity redo": ["E-1", "--reason", "again"], "entity history": [],
            "assess": [], "catalogue list": [], "catalogue show": [self.offence], "catalogue check": [],
            "catalogue parties": [],
            "report": ["-o", "report.html"], "mla draft": ["--to", "IT", "-o", "mla.txt"], "mla list": [],
            "cooperation conduct": ["--with", "IT", *facts], "cooperation jurisdiction": [], "cooperation routes": [],
            "cooperation corroboration": ["--source", "SRC-1"], "cooperation deconflict-key": ["-o", "new.key"],
            "cooperation deconflict-list": ["--key", "deconflict.key", "--to", "IT", "-o", "ours.json"],
            "cooperation deconflict": ["--key", "deconflict.key", "--with", "theirs.json"],
            "decide": ["untoc.3.2.b", "--outcome", "undetermined", "--reason", "open"],
            "protection alerts": [], "protection register": [], "statement list": [], "statement accept": [self.proposed, "--reason", "checked"],
            "statement reject": [self.proposed, "--reason", "another of that name"],
            "statement grade": [self.proposed, "--grade", "B2", "--reason", "two operators agree"],
            "simulate": ["--seed", "2", "--persons", "40", "--calls", "600", "-o", "ev2"],
            "audit checkpoint": [], "audit verify": [], "audit prove": ["1"], "audit consistency": ["1"],
            "audit export": ["log"], "audit sheet": ["-o", "sheet.svg"], "audit rules": [], "audit reconcile": [],
            "audit statistics": ["--table", "de"], "audit heartbeat": [], "audit intrusion": [], "audit gaps": [],
            "audit rotate-key": ["--ground", "ROUTINE", "--reason", "yearly"],
            "audit bundle": ["taken", "--for", "Garante"], "audit check-bundle": ["made", "--vkey", self.vkey],
            "audit witness": ["request", "--key", "w.key", "--state", "state", "--vkey", self.vkey],
            "audit witness-key": ["w2", "-o", "w2.key"], "audit cosign": ["line", "--vkey", self.witness],
            "audit timestamp-request": ["-o", "q2.tsq"], "audit timestamp": ["r.tsr", "--ca", "ca.pem"],
            "audit check-timestamp": ["r.tsr", "--ca", "ca.pem", "--checkpoint", "stamped.txt"],
            "audit check-note": ["kept.txt", "--vkey", self.vkey],
            "audit check-proof": ["proof", "--leaf", "leaf2", "--vkey", self.vkey],
            "audit check-consistency": ["0", "request", "--vkey", self.vkey],
            "network summary": [], "network metrics": [], "network groups": ["--draws", "0"], "network core": [],
            "network blocks": [], "network keyplayers": [], "network disrupt": ["--draws", "2"],
            "network path": [a, b], "network ego": [a], "network compare": ["--at", "2023-06-15"],
            "network overlap": [], "network changes": [], "network draw": ["-o", "net.svg"], "network persons": [],
            "calls profile": [a], "calls devices": [], "calls replacements": [a, "--draws", "0"],
            "calls common": [a, b, "--draws", "0"], "calls sequences": ["--draws", "0"], "calls bursts": ["--draws", "0"],
            "calls colocation": [a, b, "--draws", "0"], "calls convoy": [], "calls places": [a],
            "calls timeline": [a, "-o", "t.svg"], "calls hours": [a, "-o", "h.svg"],
            # Whoever registers a key works in its role.
            "identity key": lambda name: ["--role", "handler" if name == "hugo" else "legal", "-o", "new.key",
                                          "--passphrase-file", "words"],
            "identity seal": ["--category", "victim", "--fields", "fields.json"], "identity list": [],
            "identity request": [self.sealed, "--reason", "meeting of 8 March"],
            "identity approve": [self.waiting, "--reason", "checked", "--key", "legal.key", "--passphrase-file", "words",
                                 "-o", "grant2"],
            "identity unseal": [self.agreed, "--grant", "grant", "--key", "handler.key", "--passphrase-file", "words"],
            "identity destroy": [self.sealed, "--order", "court, 7/2024", "--by", "J-1"],
            "identity backup": ["-o", "backup2", "--key", "period.key", "--destroy-by", "2099-12-31"],
            "identity restore": ["backup", "--key", "period.key"],
        }
        return table


MAKES_A_CASE = ("init", "case import")  # and refuses to write over one


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prepared = Prepared()
        cls.addClassCleanup(shutil.rmtree, cls.prepared.folder, True)
        shown = cls.prepared.ok("policy", "show")
        cls.sha256 = shown["sha256"]
        cls.rows = {row["command"]: row for row in shown["rows"]}
        cls.arguments = cls.prepared.arguments()

    def on_copy(self, look, command, name, more=(), purpose=None, leave_out=None):
        """Runs a command on a copy of the prepared folder and gives `look` what came of it."""
        words = self.arguments[command]
        words = list(words(name) if callable(words) else words)
        if leave_out:
            at = words.index(leave_out)
            del words[at:at + 2]
        with tempfile.TemporaryDirectory(prefix="palermo-policy-") as temporary:
            folder = pathlib.Path(temporary) / "f"
            shutil.copytree(self.prepared.folder, folder)
            case = folder / "c.palermo"
            if command in MAKES_A_CASE:
                # The copy that `case import` takes in was made of this log.
                before, state = leaves_of(case) if command == "case import" else [], None
                case.unlink()
            else:
                before, state = leaves_of(case), state_of(case)
            answer = self.prepared.run("--as", name, *command.split(), *words, *more, folder=folder, purpose=purpose)
            after = leaves_of(case) if case.exists() else []
            if command == "case import":
                self.assertEqual(after, before[:len(after)])
            return look(command, name, answer, after[len(before):], state == (state_of(case) if state else None))

    def everywhere(self, look, tries):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong = [text for text in pool.map(lambda t: self.on_copy(look, *t[:2], **t[2]), tries) if text]
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_every_command_has_a_row_and_every_row_a_command(self):
        commands = leaf_commands()
        self.assertGreater(len(commands), 90)
        self.assertEqual(sorted(self.rows), sorted(commands))
        self.assertEqual(sorted(self.arguments), sorted(commands))

    def test_every_command_by_every_role_is_as_the_table_says(self):
        def look(command, name, answer, new, same):
            row, role = self.rows[command], next(r for r, n in ROLES.items() if n == name)
            where = f"{command} by {role}: "
            accesses = [leaf["access"] for leaf in new if leaf["kind"] == "access"]
            # The log's own key signs what opens a case and what replaces it.
            if command not in MAKES_A_CASE and any(
                    not leaf["actor"].endswith("/" + name) and leaf["kind"] != "key_rotation" for leaf in new):
                return where + "somebody else signed"
            if any((a["command"], a["policy_sha256"]) != (command, self.sha256) for a in accesses):
                return where + f"an entry names another command or table: {accesses}"
            if row["open"] or role in row["roles"]:
                kinds, must = {leaf["kind"] for leaf in new}, set(row["entries"])
                may = must | set(row["may_leave"])
                if answer.code != 0:
                    return where + f"exit {answer.code}: {answer.err}"
                if not must <= kinds <= may or (may and not kinds):
                    return where + f"left {sorted(kinds)}, the table says {sorted(must)} and perhaps {sorted(may)}"
                for a in accesses:
                    if a["decision"] != "allowed" or a["operation"] not in row["acts"] or not a["purpose"]:
                        return where + f"{a}"
                    met, shown = set(a.get("obligations_met", [])), {"purpose", "justification", "second_person"}
                    if not set(row["obligations"]) & shown <= met <= set(row["obligations"]):
                        return where + f"met {met}, the table says {row['obligations']}"
                return None
            if answer.code != 4:
                return where + f"exit {answer.code}, and the table denies it: {answer.err}"
            if len(new) != 1 or not same:
                return where + f"a refusal left {[leaf['kind'] for leaf in new]}, the rest unchanged: {same}"
            a = accesses[0] if accesses else {}
            if (a.get("decision"), a.get("rule_id"), a.get("operation")) != ("refused", "ROLE", row["acts"][0]):
                return where + f"the refusal was logged as {a}"
            return None
        tries = [(command, name, {}) for command in sorted(self.rows) for name in ROLES.values()]
        self.assertGreater(len(tries), 450)
        self.everywhere(look, tries)

    def test_what_the_table_obliges_to_is_asked_for(self):
        """Without its reason or order a command is refused, whoever asks, and nothing changes."""
        options = {"reason": "--reason", "order": "--order", "justification": "--reason", "ordered_by_another": "--by"}
        spelled = {"authorize review": "--outcome"}
        kept = {"identity unseal"}  # its reason is that of the request
        tries = []
        for command, row in self.rows.items():
            for obligation in set(row["obligations"]) & set(options) if command not in kept else ():
                tries.append((command, ROLES[row["roles"][0]], {"leave_out": spelled.get(command, options[obligation])}))
        self.assertGreater(len(tries), 9)

        def look(command, name, answer, new, same):
            if answer.code in (2, 3, 4) and same and all(leaf["access"]["decision"] == "refused" for leaf in new):
                return None
            return f"{command} by {name} without its reason or order: exit {answer.code}, {new}"
        self.everywhere(look, tries)

    def test_what_is_obliged_to_be_minimal_shows_no_number_and_no_name(self):
        people = json.loads((self.prepared.folder / "ev" / "ground_truth.json").read_text())
        names = [p["name"] for p in people["persons"] if not p["name"].startswith("UCO-")]
        self.assertGreater(len(names), 20)
        tries = [(command, ROLES[role], {}) for command, row in self.rows.items() if "minimise" in row["obligations"]
                 for role in row["roles"]]
        self.assertGreater(len(tries), 10)

        def look(command, name, answer, new, same):
            shown = [n for n in names if n in answer.out] + re.findall(r"\+4477009\d+", answer.out)
            return f"{command} by {name} shows {shown}" if shown else None
        self.everywhere(look, tries)


class Purposes(support.CaseTest):
    """A purpose that an authorization does not allow is refused by every command that looks at data."""

    def setUp(self):
        super().setUp()
        order = {k: v for k, v in ORDER.items() if k != "urgent"}
        order.update(granted_at="2024-03-01T09:00:00Z", effective_from="2024-03-01T09:00:00Z", purposes=["trafficking"],
                     prohibited_purposes=["trafficking/press", "tax"])
        self.ok("authorize", "add", self.write("a.json", json.dumps(order)))

    def test_a_purpose_must_lie_inside_and_prohibition_wins(self):
        for purpose, code in (("trafficking", 0), ("trafficking/identify victims", 0), ("trafficking/press", 4), ("tax", 4),
                              ("trafficking/press/release", 4), ("traffic", 4), ("traffickingx", 4), ("theft; trafficking", 0),
                              ("trafficking; tax", 4), ("theft", 4), (";", 4)):
            before = len(self.leaves())
            answer = self.run_palermo("--purpose", purpose, "network", "summary")
            self.assertEqual(answer.code, code, purpose + answer.err)
            new = self.leaves()[before:]
            self.assertEqual([leaf["access"]["decision"] for leaf in new], ["refused" if code else "allowed"], purpose)
            self.assertEqual(new[0]["access"].get("rule_id"), "PURPOSE" if code else None)
            self.assertEqual(new[0]["access"]["operation"], "COMBINE")

    def test_every_command_with_that_obligation_asks(self):
        rows = self.ok("policy", "show")["rows"]
        arguments = {"authorize show": ["URG-1"], "technique log": ["x"], "controlled-delivery log": ["x"], "undercover log": ["x"],
                     "ingest": ["x", "--technique", "NONE"], "trace": ["x"], "locate": ["--summary"], "sql": ["SELECT 1"], "entity show": ["x"],
                     "entity merge": ["a", "b", "--reason", "r"], "entity split": ["a", "--reason", "r"],
                     "entity set-category": ["a", "witness", "--reason", "r"], "report": ["-o", "r.html"],
                     "mla draft": ["--to", "IT", "-o", "m.txt"], "cooperation conduct": ["--with", "IT"],
                     "cooperation corroboration": ["--source", "S"],
                     "cooperation deconflict-list": ["--key", "k", "--to", "IT", "-o", "l"], "cooperation deconflict": ["--key", "k", "--with", "l"],
                     "network path": ["a", "b"], "network ego": ["a"],
                     "network compare": ["--at", "2024-01-01"], "network draw": ["-o", "n.svg"], "calls profile": ["a"],
                     "calls common": ["a", "b"], "calls colocation": ["a", "b"], "calls places": ["a"],
                     "calls timeline": ["a", "-o", "t.svg"], "calls hours": ["a", "-o", "h.svg"]}
        arguments.update(self.further())
        self.write("x", "payment_id,from,to,amount,currency,at\n")
        for role, name in ROLES.items():
            self.ok("user", "add", name, "--role", role)
        asked = 0
        for row in rows:
            if "purpose" not in row["obligations"]:
                continue
            words = [self.folder / a if a == "x" else a for a in arguments.get(row["command"], [])]
            name, before = ROLES[row["roles"][0]], len(self.leaves())
            answer = self.run_palermo("--as", name, "--purpose", "press", *row["command"].split(), *words)
            self.assertEqual(answer.code, 4, f"{row['command']}: {answer.err}")
            new = [leaf["access"] for leaf in self.leaves()[before:]]
            self.assertEqual([(a["rule_id"], a["command"], a["operation"]) for a in new],
                             [("PURPOSE", row["command"], row["acts"][0])])
            asked += 1
        self.assertGreater(asked, 45)

    def further(self):
        return {"audit statistics": ["--table", "de"], "audit bundle": ["b", "--for", "G"], "identity request": ["INF-2222-222", "--reason", "r"],
                "identity approve": ["UR-1", "--reason", "r", "--key", "x", "-o", "g"],
                "identity unseal": ["UR-1", "--grant", "x", "--key", "x"],
                "case export": ["-o", "c", "--to", "B"], "statement accept": ["MP-1", "--reason", "r"], "statement reject": ["MP-1", "--reason", "r"],
                "statement grade": ["MP-1", "--grade", "B2", "--reason", "r"]}


if __name__ == "__main__":
    support.main()
