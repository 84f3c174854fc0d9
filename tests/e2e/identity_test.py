"""Sealed identities from outside: nothing of them in any file, log or answer but the one look two persons agreed to."""
import json
import os
import pty
import re
import select
import signal
import subprocess

import support

WORDS = "correct horse battery"
NAME = "Wilhelmina Unfindable"
FIELDS = {"name": NAME, "born": "1980-01-01", "phone": "+447700900555"}


class Identities(support.CaseTest):
    def setUp(self):
        super().setUp()
        for name, role in (("hugo", "handler"), ("hanna", "handler"), ("lena", "legal"), ("vera", "oversight"),
                           ("ana", "analyst"), ("adam", "admin")):
            self.ok("user", "add", name, "--role", role)
        self.words = self.write("words", WORDS + "\n")
        self.outside = {self.words}

    def key(self, who, role):
        path = self.folder / f"{who}.key"
        self.ok("--as", who, "identity", "key", "--role", role, "-o", path, "--passphrase-file", self.words)
        return path

    def keys(self):
        self.desk, self.officer = self.key("hugo", "handler"), self.key("lena", "legal")

    def seal(self, *more, fields=FIELDS):
        return self.ok("--as", "hugo", "identity", "seal", "--fields", "-", *more, input=json.dumps(fields))

    def agreed(self, pseudonym):
        asked = self.ok("--as", "hugo", "identity", "request", pseudonym, "--reason", "meeting of 7 March")["request_id"]
        grant = self.folder / f"grant-{asked}"
        self.ok("--as", "lena", "identity", "approve", asked, "--reason", "checked", "--key", self.officer,
                "--passphrase-file", self.words, "-o", grant)
        return asked, grant

    def unseal(self, asked, grant, who="hugo", key=None, code=0):
        args = ("--as", who, "identity", "unseal", asked, "--grant", grant, "--key", key or self.desk, "--passphrase-file",
                self.words)
        return self.ok(*args) if code == 0 else self.refused(code, *args)

    def found(self, *texts):
        """Files of the test's folder that hold one of the texts."""
        return [path.name for path in self.folder.rglob("*") if path.is_file()
                and any(text.encode() in path.read_bytes() for text in texts)]

    def test_two_persons_see_what_one_sealed_and_the_log_names_both(self):
        self.keys()
        made = self.seal("--category", "undercover_officer")
        self.assertRegex(made["pseudonym"], r"^UCO-[2-9A-Z]{4}-[2-9A-Z]{3}$")
        asked, grant = self.agreed(made["pseudonym"])
        shown = self.unseal(asked, grant)
        self.assertEqual({f["name"]: f["value"] for f in shown["fields"]}, FIELDS)
        self.assertEqual(shown["approved_by"], "lena")
        chain = [leaf for leaf in self.leaves() if leaf.get("id") == asked]
        self.assertEqual([(leaf["rev"], leaf["access"]["command"], leaf["access"]["operation"]) for leaf in chain],
                         [(1, "identity request", "UNSEAL"), (2, "identity approve", "UNSEAL"), (3, "identity unseal", "UNSEAL")])
        last = chain[-1]["access"]
        self.assertEqual((last["second_person"], last["justification"]), ("lena", "meeting of 7 March"))
        self.assertEqual(last["obligations_met"], ["purpose", "justification", "second_person"])
        self.assertEqual(self.found(NAME, FIELDS["phone"]), [])
        self.assertTrue(self.ok("audit", "verify")["ok"])
        self.unseal(asked, grant, code=4)  # once

    def test_no_single_person_sees_it(self):
        self.keys()
        who = self.seal("--category", "informant")["pseudonym"]
        asked, grant = self.agreed(who)
        self.unseal(asked, grant, who="hanna", code=4)
        self.unseal(asked, grant, who="lena", code=4)
        self.unseal(asked, grant, who="adam", code=4)
        self.unseal(asked, grant, key=self.officer, code=4)
        alone = self.ok("--as", "hugo", "identity", "request", who, "--reason", "again")["request_id"]
        self.unseal(alone, grant, code=4)
        self.refused(4, "--as", "hugo", "identity", "approve", alone, "--reason", "myself", "--key", self.officer,
                     "--passphrase-file", self.words, "-o", self.folder / "g")
        refusals = [leaf["access"] for leaf in self.leaves() if leaf["kind"] == "access"
                    and leaf["access"]["decision"] == "refused"]
        self.assertEqual([a["rule_id"] for a in refusals], ["REQUESTER", "ROLE", "ROLE", "KEY", "SECOND_PERSON", "ROLE"])
        self.assertEqual({a["operation"] for a in refusals}, {"UNSEAL"})
        self.assertFalse((self.folder / "g").exists())

    def test_a_thief_of_the_files_reads_no_identity(self):
        """Case, identities, keys of operators and the desks' key files, without a passphrase."""
        self.keys()
        self.seal("--category", "victim")
        self.assertEqual(self.found(NAME, FIELDS["phone"], FIELDS["born"]), [])
        wrong = self.write("wrong", "wrong horse battery\n")
        asked, grant = self.agreed(self.ok("--as", "hugo", "identity", "list")["identities"][0]["pseudonym"])
        answer = self.refused(4, "--as", "hugo", "identity", "unseal", asked, "--grant", grant, "--key", self.desk,
                              "--passphrase-file", wrong)
        self.assertIn("passphrase", answer.err)
        for path in (self.desk, self.officer, grant, self.case.with_name("case.palermo.identities")):
            self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_it_takes_both_desks_to_seal(self):
        answer = self.refused(4, "--as", "hugo", "identity", "seal", "--category", "witness", "--fields", "-",
                              input=json.dumps(FIELDS))
        self.assertIn("identity key", answer.err)
        self.key("hugo", "handler")
        self.refused(4, "--as", "hugo", "identity", "seal", "--category", "witness", "--fields", "-", input=json.dumps(FIELDS))
        self.refused(4, "--as", "hugo", "identity", "key", "--role", "legal", "-o", self.folder / "k", "--passphrase-file",
                     self.words)
        self.key("lena", "legal")
        self.assertEqual(len(self.seal("--category", "witness")["wrapped_to"]), 1)

    def test_destroyed_is_gone_from_every_file_and_the_log_says_on_whose_order(self):
        self.keys()
        who, other = (self.seal("--category", "smuggled_migrant")["pseudonym"] for _ in range(2))
        key = self.folder / "period.key"
        self.ok("--as", "adam", "identity", "backup", "-o", self.folder / "b", "--key", key, "--destroy-by", "2099-06-30")
        gone = self.ok("--as", "lena", "identity", "destroy", who, "--order", "Tribunale, 7/2031", "--by", "J-1")
        self.assertEqual((gone["search_hits"], gone["backups_due_at"]), (0, "2099-06-30T23:59:59.999999Z"))
        entries = [leaf["destruction"] for leaf in self.leaves() if leaf["kind"] == "destruction"]
        self.assertEqual([e.get("verified_by") for e in entries], [None, "lena"])
        self.assertEqual({(e["method"], e["ground"], e["objects"][0], e["backups_due_at"]) for e in entries},
                         {("KEY_ERASED", "COURT_ORDER", "identity/" + who, "2099-06-30T23:59:59.999999Z")})
        self.assertNotIn("Tribunale", json.dumps(self.leaves()))
        shown = {i["pseudonym"]: i["status"] for i in self.ok("--as", "vera", "identity", "list")["identities"]}
        self.assertEqual(shown, {who: "destroyed", other: "sealed"})
        self.refused(4, "--as", "hugo", "identity", "request", who, "--reason", "again")
        # The backup is of before; it does not bring back what was destroyed.
        self.case.with_name("case.palermo.identities").unlink()
        self.assertEqual(self.run_palermo("--as", "vera", "identity", "list").code, 5)
        back = self.ok("--as", "adam", "identity", "restore", self.folder / "b", "--key", key)
        self.assertEqual((back["restored"], back["left_out"]), (1, 1))
        self.unseal(*self.agreed(other))
        self.assertTrue(self.ok("audit", "verify")["ok"])
        self.assertEqual(self.found(NAME), [])

    def test_bad_input_is_one_clear_error_and_nothing_is_stored(self):
        self.keys()
        before = self.digest()
        for text, words in (("", "empty"), ("[]", "no JSON object"), ("{}", "1 to 64 fields"), ('{"name": 7}', "no text"),
                            ('{"name": ""}', "no value"), (b'{"name": "\xff"}', "UTF-8"), ('{"a":"' + "x" * 70000 + '"}', "64 KiB"),
                            ("{" + ",".join(f'"f{i}":"x"' for i in range(65)) + "}", "64 fields")):
            answer = self.refused(3, "--as", "hugo", "identity", "seal", "--category", "witness", "--fields",
                                  self.write("f.json", text))
            self.assertIn(words, answer.err)
        fields = self.write("f.json", json.dumps(FIELDS))
        self.refused(2, "--as", "hugo", "identity", "seal", "--category", "chief", "--fields", fields)
        self.refused(2, "--as", "hugo", "identity", "seal", "--category", "witness", "--pseudonym", "../x", "--fields", fields)
        self.refused(2, "--as", "hugo", "identity", "key", "--role", "handler", "-o", self.folder / "k", "--passphrase-file",
                     self.write("short", "short\n"))
        self.refused(2, "--as", "hugo", "identity", "key", "--role", "handler", "-o", self.folder / "k", stdin=subprocess.DEVNULL,
                     start_new_session=True)
        self.refused(3, "--as", "hugo", "identity", "key", "--role", "handler", "-o", self.desk, "--passphrase-file", self.words)
        self.assertEqual([d for d in self.digest() if not d[0].endswith("-shm")], [d for d in before if not d[0].endswith("-shm")])

    def test_hostile_names_are_shown_harmless(self):
        self.keys()
        made = self.seal("--category", "witness", fields={"name": "\x1b[2J\u202egnp.exe", "\x07alias": "x"})
        asked, grant = self.agreed(made["pseudonym"])
        text = self.ok("--as", "hugo", "identity", "unseal", asked, "--grant", grant, "--key", self.desk, "--passphrase-file",
                       self.words, json_output=False)
        self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\u202e]")

    def typed(self, *lines):
        """Makes a key at a terminal; each line is typed the moment its prompt stands there. Exit code and all that was shown."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(support.BINARY, [support.BINARY, "--case", str(self.case), "--as", "hugo", "identity", "key", "--role", "handler",
                                       "-o", str(self.folder / "typed.key")], self.env)
        self.addCleanup(os.close, terminal)
        lines, seen, asked = list(lines), b"", 0
        while select.select([terminal], [], [], 60)[0]:
            try:
                chunk = os.read(terminal, 1024)
            except OSError:  # the program has ended
                break
            if not chunk:
                break
            seen += chunk
            if seen.count(b"passphrase: ") + seen.count(b"once more: ") > asked:
                os.write(terminal, lines[asked] + b"\n")
                asked += 1
        else:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self.fail(f"nothing more within a minute after {seen}")
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen

    def test_words_typed_at_a_terminal_are_not_echoed(self):
        code, seen = self.typed(WORDS.encode(), WORDS.encode())
        self.assertEqual(code, 0, seen)
        self.assertNotIn(WORDS.encode(), seen)
        self.assertTrue(re.search(rb"Key [0-9a-f]{16} of the role handler", seen))

    def test_words_typed_wrongly_make_no_key(self):
        for lines, said in (((WORDS.encode(), WORDS.encode() + b"."), b"not the same"), ((b"x" * 1025,), b"more than 1024")):
            code, seen = self.typed(*lines)
            self.assertEqual((code, said in seen), (2, True), seen)
            self.assertNotIn(WORDS.encode(), seen)
            self.assertFalse((self.folder / "typed.key").exists())


if __name__ == "__main__":
    support.main()
