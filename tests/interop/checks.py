"""What the Python clients' scripts share: checks, waiting for conditions, the report."""

import json
import math
import os
import sys
import time

# A deadline that only a defect reaches.
PATIENCE = 20.0
SERVED = "served"
EMPTY = "served, with nothing to tell"
NOTED = "taken note of"


class Failed(Exception):
    """A check that does not hold."""


class Checks:
    """Counts and prints what holds, and ends the script at what does not."""

    def __init__(self):
        self.count = 0
        self.answers = {}

    def ok(self, what, holds, detail=""):
        """`what` must hold; `detail` says what was found."""
        if not holds:
            raise Failed(f"{what}: {detail}" if detail != "" else what)
        self.count += 1
        print(f"   ok {what}" + (f": {detail}" if detail != "" else ""))

    def same(self, what, found, wanted):
        """Two values must be equal."""
        self.ok(what, found == wanted, found if found == wanted else f"{found!r}, not {wanted!r}")

    def near(self, what, found, wanted, within=0.011):
        """Two numbers must agree but for rounding."""
        self.ok(what, math.isclose(float(found), float(wanted), abs_tol=within), f"{found} ~ {wanted}")

    def answered(self, request, answer=SERVED):
        """What a request is answered with, for the README's table."""
        before = self.answers.setdefault(request, answer)
        self.ok(f"{request} is answered", before == answer, answer)

    def covered(self, what, wanted, done):
        """Every request a client has must have been made."""
        missing = sorted(set(wanted) - set(done))
        self.ok(f"every {what} has been used", not missing, ", ".join(missing) if missing else len(set(wanted)))

    def report(self, **more):
        """Leaves the report where the driver looks for it."""
        with open(os.environ["INTEROP_REPORT"], "w") as file:
            json.dump(dict(more, checks=self.count, answers=self.answers), file)


def wait(condition, what, step, seconds=PATIENCE):
    """Steps until the condition gives something, which is returned."""
    until = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > until:
            raise Failed(f"no {what} within {seconds:.0f} s")
        step()


def main(script):
    """Runs a script with the gateway's port; exit 1 at the first check that fails."""
    try:
        script(int(sys.argv[1]))
    except Failed as failed:
        print(f" FAIL {failed}")
        # Threads of a client may wait for what never comes.
        sys.stdout.flush()
        os._exit(1)


def sane_bars(checks, what, bars, least=1):
    """Bars in order of time whose prices bracket each other; each bar is (time, open, high, low, close, volume)."""
    times = [bar[0] for bar in bars]
    checks.ok(f"{what} come in order", len(bars) >= least and times == sorted(set(times)), len(bars))
    odd = [b for b in bars if not (0 < b[3] <= min(b[1], b[4]) <= max(b[1], b[4]) <= b[2] and b[5] != 0)]
    checks.ok(f"{what} have high and low around open and close", not odd, odd[0] if odd else "")
