"""A checkpoint on paper: what the square holds is the checkpoint, byte for byte, and verifies at the next visit."""
import base64
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as xml

import support

TOOLS = all(map(shutil.which, ("pdftoppm", "pdftotext", "zbarimg")))
SVG = "{http://www.w3.org/2000/svg}"


class Sheet(support.CaseTest):
    def scanned(self, image):
        """As a telephone reads the square."""
        run = subprocess.run(["zbarimg", "--raw", "-q", "-Sbinary", str(image)], capture_output=True, timeout=60)
        return run.stdout

    @unittest.skipUnless(TOOLS, "poppler-utils and zbar-tools are absent: no square was read back")
    def test_the_square_is_the_checkpoint_and_verifies_later(self):
        for name in ("anna", "bert", "carl"):
            self.ok("user", "add", name, "--role", "analyst")
        answer = self.ok("audit", "sheet", "-o", self.folder / "sheet.pdf")
        for dpi in (100, 200):  # a poor scanner, and an ordinary one
            subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "-singlefile", "sheet.pdf", f"scan{dpi}"], cwd=self.folder, check=True)
            self.assertEqual(self.scanned(self.folder / f"scan{dpi}.png"), answer["note"].encode())
        kept = self.write("kept.txt", self.scanned(self.folder / "scan200.png"))
        self.ok("user", "add", "dora", "--role", "analyst")
        self.assertTrue(self.ok("audit", "verify", "--checkpoint", kept, "--vkey", answer["vkey"])["ok"])
        words = subprocess.run(["pdftotext", "-layout", "sheet.pdf", "-"], cwd=self.folder, capture_output=True, text=True).stdout
        for line in (*answer["note"].split("\n"), answer["vkey"]):
            self.assertIn(line, words)  # to be typed where nobody can scan

    def test_the_same_log_gives_the_same_sheet_and_a_longer_one_another(self):
        sheets = []
        for name in ("one.pdf", "two.pdf"):
            self.ok("audit", "sheet", "-o", self.folder / name)
            sheets.append((self.folder / name).read_bytes())
        self.assertEqual(*sheets)
        self.refused(3, "audit", "sheet", "-o", self.folder / "one.pdf")
        self.ok("user", "add", "anna", "--role", "analyst")
        self.ok("audit", "sheet", "-o", self.folder / "one.pdf", "--force")
        self.assertNotEqual((self.folder / "one.pdf").read_bytes(), sheets[0])
        self.refused(2, "audit", "sheet", "-o", self.folder / "one.doc")
        self.refused(2, "audit", "sheet", "-o", self.folder)

    def test_the_root_stands_in_sixteen_groups_to_compare_by_eye(self):
        answer = self.ok("audit", "sheet", "-o", self.folder / "sheet.svg")
        page = xml.parse(self.folder / "sheet.svg").getroot()
        (root,) = [g for g in page.iter(SVG + "g") if g.get("class") == "root"]
        groups = " ".join(t.text for t in list(root.iter(SVG + "text"))[1:]).split()
        self.assertEqual(len(groups), 16)
        self.assertEqual("".join(groups), base64.b64decode(answer["root"]).hex())
        (square,) = [g for g in page.iter(SVG + "g") if g.get("class") == "qr"]
        self.assertGreater(len(list(square.iter(SVG + "path"))), 200)

    def test_who_holds_no_key_gets_the_newest_checkpoint_there_is(self):
        made = self.ok("audit", "checkpoint")
        self.ok("user", "add", "anna", "--role", "analyst")
        self.env["PALERMO_KEYS"] = str(self.folder / "empty")
        answer = self.run_palermo("audit", "sheet", "-o", self.folder / "sheet.pdf")
        self.assertEqual((answer.code, answer.json["note"]), (0, made["note"]))
        self.assertIn("newest", answer.err)


if __name__ == "__main__":
    support.main()
