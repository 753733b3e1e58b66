"""Makes the bundle: `python build/make_bundle.py`, in an environment with rainapp and PyInstaller; `make bundle` does both.

The folder dist/rainapp-VERSION-SYSTEM is what people get. Twice the same commit gives the same names and the same times:
SOURCE_DATE_EPOCH is that of the commit unless it is set, and hashes are fixed.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import bundle_size
from bundle import icons, plan

from rainapp.base.diagnosis import licences

TEXTS = Path(__file__).parent / "bundle" / "licences"


def source_date() -> str:
    """The time of the commit in seconds, unless the environment says another."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return os.environ["SOURCE_DATE_EPOCH"]
    asked = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=plan.ROOT, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "0"


def licence_text() -> str:
    """What the bundle says of licences: the notice, each part, their texts, and those that the wheels do not hold."""
    left_out = {re.sub(r"[-_.]+", "-", module) for module in plan.LEFT_OUT_MODULES if "." not in module}
    parts = tuple(part for part in licences.parts() if re.sub(r"[-_.]+", "-", part.name).lower() not in left_out)
    notice = (plan.ROOT / "NOTICE.md").read_text("utf-8")
    own = (plan.ROOT / "LICENSE").read_text("utf-8")
    texts = [
        f"{'=' * 72}\n{path.stem}\n{'=' * 72}\n\n{path.read_text('utf-8').strip()}" for path in sorted(TEXTS.glob("*.txt"))
    ]
    return (
        "\n\n".join([f"rainapp {plan.version()}: MIT", own.strip(), notice.strip(), licences.listing(parts).strip(), *texts])
        + "\n"
    )


def main() -> int:
    """Make the bundle; the exit code."""
    began = time.monotonic()
    plan.WORK.mkdir(parents=True, exist_ok=True)
    (plan.WORK / plan.LICENCES).write_text(licence_text(), "utf-8")
    icons.write_system_icons(plan.WORK)
    target = plan.DIST / plan.name()
    shutil.rmtree(target, ignore_errors=True)
    environment = os.environ | {"SOURCE_DATE_EPOCH": source_date(), "PYTHONHASHSEED": "0", "QT_QPA_PLATFORM": "offscreen"}
    command = [
        sys.executable,
        "-m",
        "PyInstaller",
        str(plan.ROOT / "build" / "rainapp.spec"),
        "--noconfirm",
        "--log-level",
        "WARN",
    ]
    folders = ["--workpath", str(plan.WORK / "work"), "--distpath", str(plan.DIST)]
    done = subprocess.run([*command, *folders], cwd=plan.ROOT, env=environment, check=False)
    if done.returncode:
        return done.returncode
    for text in (plan.WORK / plan.LICENCES, plan.ROOT / "LICENSE", plan.ROOT / "CHANGELOG.md"):
        shutil.copy(text, target / text.name)
    bundle_size.show(target)
    print(f"{target.relative_to(plan.ROOT)}, made in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
