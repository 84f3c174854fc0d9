"""Folders, archives and the drop folder: what they hold is taken whole, in a fixed order, or not at all."""
import gzip
import io
import os
import signal
import subprocess
import tarfile
import time
import unittest
import zipfile

import support

HEADER = "a,b,start,duration_s,kind,direction,cell,imei,imsi\n"


def calls(first, count=3):
    return (HEADER + "".join(f"+4477009000{first + i:02d},+447700900099,2024-03-02T10:{i:02d}:00Z,60,voice,out,,,\n"
                             for i in range(count))).encode()


def zipped(members, **info):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


class Inputs(support.CaseTest):
    def take(self, *paths):
        return self.ok("ingest", *paths, "--technique", "NONE")

    def refused_whole(self, words, *args):
        before = self.digest()
        answer = self.refused(3, "ingest", *args, "--technique", "NONE")
        for word in [words] if isinstance(words, str) else words:
            self.assertIn(word, answer.err)
        self.assertEqual(self.digest(), before)
        return answer

    def test_zip_is_taken_member_by_member(self):
        archive = self.write("delivery.zip", zipped([("01.csv", calls(0)), ("second/02.csv", calls(10, 5)),
                                                     ("__MACOSX/._01.csv", b"\0\0"), ("again.csv", calls(0))]))
        answer = self.take(archive)
        self.assertEqual([os.path.basename(f["file"]) for f in answer["files"]], ["01.csv", "02.csv", "again.csv"])
        self.assertEqual((answer["rows_read"], answer["stored"], answer["duplicates"]), (11, 8, 3))
        self.assertTrue(answer["files"][2]["already_known"])
        self.assertEqual([f["reason"] for f in answer["left_out"]], ["made by an operating system for itself"])
        again = self.take(archive)
        self.assertTrue(again["already_known"])
        self.assertEqual(again["stored"], 0)

    def test_a_record_is_traced_into_the_archive(self):
        archive = self.write("delivery.zip", zipped([("a/01.csv", calls(0))]))
        self.take(archive)
        trace = self.ok("trace", self.at(1, 3), "--file", archive)
        self.assertEqual(trace["source"]["name"], "delivery.zip/a/01.csv")
        self.assertTrue(trace["original"].startswith("+447700900001,"))
        beside = self.ok("trace", self.at(1, 3), cwd=self.folder)
        self.assertEqual(beside["original"], trace["original"])
        other = self.write("other.zip", zipped([("a/01.csv", calls(50))]))
        self.assertIn("holds no file whose SHA-256", self.refused(3, "trace", self.at(1, 3), "--file", other).err)

    def test_tar_and_compressed_files(self):
        for mode, name in (("w", "a.tar"), ("w:gz", "b.tgz"), ("w:xz", "c.tar.xz"), ("w:bz2", "d.tbz2")):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode=mode) as archive:
                info = tarfile.TarInfo("calls.csv")
                content = calls(0) + f"+447700900001,+447700900002,2024-03-02T11:00:0{len(name)}Z,1,voice,out,,,\n".encode()
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            answer = self.take(self.write(name, out.getvalue()))
            self.assertEqual(answer["rows_read"], 4, name)
        answer = self.take(self.write("calls.csv.gz", gzip.compress(calls(20))))
        self.assertEqual(answer["stored"], 3)
        self.assertTrue(answer["files"][0]["file"].endswith("calls.csv.gz/calls.csv"))

    def test_an_archive_in_an_archive(self):
        inner = zipped([("inner.csv", calls(0))])
        answer = self.take(self.write("outer.zip", zipped([("one.zip", inner)])))
        self.assertTrue(answer["files"][0]["file"].endswith("outer.zip/one.zip/inner.csv"))
        deep = inner
        for i in range(4):
            deep = zipped([(f"{i}.zip", deep)])
        self.refused_whole("archives within archives", self.write("deep.zip", deep))

    def test_hostile_archives_store_nothing(self):
        self.refused_whole("leads out", self.write("a.zip", zipped([("ok.csv", calls(0)), ("../evil.csv", calls(9))])))
        self.refused_whole("leads out", self.write("b.zip", zipped([("/tmp/evil.csv", calls(9))])))
        self.refused_whole("leads out", self.write("c.zip", zipped([("x\\..\\..\\evil.csv", calls(9))])))
        self.refused_whole("times its size", self.write("bomb.zip", zipped([("a.csv", b"0" * (20 << 20))])))
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            link = tarfile.TarInfo("link.csv")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        self.refused_whole("link", self.write("link.tar", out.getvalue()))
        whole = zipped([("01.csv", calls(0)), ("02.csv", calls(10))])
        self.refused_whole("archive", self.write("cut.zip", whole[:-30]))
        damaged = bytearray(zipped([("01.csv", calls(0)), ("02.csv", os.urandom(4000).hex().encode())]))
        damaged[1500] ^= 0xFF
        self.refused_whole("broken", self.write("damaged.zip", bytes(damaged)))
        lie = bytearray(zipped([("01.csv", calls(0))]))
        at = lie.rindex(b"PK\x01\x02") + 24
        lie[at:at + 4] = (int.from_bytes(lie[at:at + 4], "little") + 7).to_bytes(4, "little")
        self.refused_whole("table of contents", self.write("lie.zip", bytes(lie)))
        self.refused_whole("holds no file", self.write("none.zip", zipped([])))
        locked = bytearray(zipped([("01.csv", calls(0))]))
        locked[6] |= 1
        locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
        self.refused_whole("password", self.write("locked.zip", bytes(locked)))

    def test_files_of_no_known_format_store_nothing_unless_left_out(self):
        archive = self.write("mixed.zip", zipped([("01.csv", calls(0)), ("letter.pdf", b"%PDF-1.7 x"), ("empty.txt", b"")]))
        answer = self.refused_whole(["letter.pdf", "empty.txt", "--skip"], archive)
        self.assertNotIn("01.csv", answer.err)
        taken = self.ok("ingest", archive, "--technique", "NONE", "--leave-unknown")
        self.assertEqual(taken["stored"], 3)
        self.assertEqual(sorted(os.path.basename(f["file"]) for f in taken["left_out"]), ["empty.txt", "letter.pdf"])
        other = self.write("other.zip", zipped([("02.csv", calls(20)), ("letter.pdf", b"%PDF-1.7 x")]))
        skipped = self.ok("ingest", other, "--technique", "NONE", "--skip", "*.pdf")
        self.assertEqual((skipped["stored"], skipped["left_out"][0]["reason"]), (3, "left out by --skip"))
        self.refused_whole("nothing is left", other, "--skip", "*")

    def test_a_folder_is_taken_by_name(self):
        folder = self.folder / "drop"
        (folder / "b").mkdir(parents=True)
        (folder / "b" / "2.csv").write_bytes(calls(10))
        (folder / "c.csv").write_bytes(calls(20))
        (folder / "a.zip").write_bytes(zipped([("z.csv", calls(30)), ("y.csv", calls(40))]))
        (folder / ".hidden").write_bytes(b"x")
        os.symlink("/etc/passwd", folder / "link.csv")
        answer = self.take(folder)
        self.assertEqual([f["file"].removeprefix(str(folder)) for f in answer["files"]],
                         ["/a.zip/z.csv", "/a.zip/y.csv", "/b/2.csv", "/c.csv"])
        self.assertEqual(sorted(os.path.basename(f["file"]) for f in answer["left_out"]), [".hidden", "link.csv"])
        text = self.ok("ingest", folder, "--technique", "NONE", json_output=False)
        self.assertIn("link.csv: a link", text)
        (self.folder / "void").mkdir()
        self.refused_whole("holds no file", self.folder / "void")

    def test_a_run_that_stopped_goes_on_from_there(self):
        folder = self.folder / "drop"
        folder.mkdir()
        (folder / "1.csv").write_bytes(calls(0))
        (folder / "2.csv").write_bytes(calls(10) + b'"cut')
        (folder / "3.csv").write_bytes(calls(20))
        stopped = self.refused(3, "ingest", folder, "--technique", "NONE")
        self.assertIn(f"taken: {self.source(1)}", stopped.err)
        self.assertIn("goes on from there", stopped.err)
        (folder / "2.csv").write_bytes(calls(10))
        answer = self.take(folder)
        self.assertEqual([f["already_known"] for f in answer["files"]], [True, False, False])
        self.assertEqual(self.ok("records", "--limit", "0")["total"], 9)

    def test_the_drop_folder_takes_what_is_at_rest(self):
        folder = self.folder / "drop"
        folder.mkdir()
        (folder / "1.csv").write_bytes(calls(0))
        command = [support.BINARY, "--case", str(self.case), "ingest", "--watch", str(folder), "--settle", "1",
                   "--technique", "NONE"]
        watch = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def wait_for(total):
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                if self.ok("records", "--limit", "1")["total"] == total:
                    return
                time.sleep(0.2)
            self.fail(f"no {total} records within a minute")

        try:
            wait_for(3)
            (folder / "2.csv.part").write_bytes(calls(10))
            (folder / "broken.pdf").write_bytes(b"%PDF-1.7")
            (folder / "3.zip").write_bytes(zipped([("x.csv", calls(20))]))
            wait_for(6)
            os.rename(folder / "2.csv.part", folder / "2.csv")
            wait_for(9)
        finally:
            watch.send_signal(signal.SIGINT)
            out, err = watch.communicate(timeout=60)
        self.assertEqual(watch.returncode, 0, err)
        self.assertEqual(err.count("not taken"), 1, err)
        self.assertIn("3 taken, 1 refused", err)
        self.assertTrue(self.ok("audit", "verify")["ok"])

    def test_the_watch_needs_a_folder(self):
        self.refused(3, "ingest", "--watch", self.folder / "absent", "--technique", "NONE")
        self.refused(2, "ingest")


@unittest.skipUnless(support.shared(), "the hostile archives of ../shared are absent")
class HostileArchives(support.CaseTest):
    def test_verdicts(self):
        folder = support.shared() / "data" / "hostile-input" / "archives"
        rows = [line.split("\t") for line in (folder / "expected.tsv").read_text().splitlines()[1:]]
        self.assertGreater(len(rows), 10)
        for name, expect in rows:
            if not name.endswith(".zip"):
                continue
            with self.subTest(name):
                before = self.digest()
                began = time.monotonic()
                self.refused(3, "ingest", folder / name, "--technique", "NONE")
                self.assertLess(time.monotonic() - began, 60)
                self.assertEqual(self.digest(), before)


if __name__ == "__main__":
    support.main()
