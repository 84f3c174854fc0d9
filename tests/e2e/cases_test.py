"""The public legal cases come out as expected."""
import subprocess
import sys
import unittest

import support


class Cases(unittest.TestCase):
    @unittest.skipIf(support.shared() is None, "skipped: the public cases (../shared) are absent")
    def test_every_public_case_holds(self):
        run = subprocess.run([sys.executable, support.shared() / "check_cases", support.BINARY],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    support.main()
