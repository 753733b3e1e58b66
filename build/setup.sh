#!/bin/sh
# Makes .venv and installs rainapp into it: `build/setup.sh run`; `docs` for the manual as well, `test` for lint,
# types, tests and the manual. `bundle` makes an environment of its own, so that nothing else gets into the bundle.
#
# Does nothing when the last run installed the same thing: a stamp in it holds a checksum of what decides the result
# (pyproject.toml, constraints.txt, the interpreter, this folder). What the test set-up installs covers the others.
set -eu

what=${1:-run}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

venv=.venv
[ "$what" = bundle ] && venv=.cache/bundle-venv

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

sh build/system_libraries.sh

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "rainapp needs Python 3.11 or newer; none was found (looked for ${PYTHON:-python3, python3.13, python3.12, python3.11})."
    fail "Install one, or name it: make run PYTHON=/path/to/python3"
}

# Debian and Ubuntu ship venv in a package of its own, and `python3 -m venv` fails half-way without it.
with_venv_module() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    hint="Python's venv module is missing. Install it (Debian and Ubuntu: apt-get install $package), then run this again."
    command -v apt-get >/dev/null 2>&1 || fail "$hint"
    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "$hint"
        as_root='sudo'
    fi
    say "Installing $package"
    $as_root apt-get update -qq || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null || fail "$hint"
}

wanted() { (printf '%s\n' "$root" && "$venv"/bin/python -VV && cat pyproject.toml constraints.txt build/setup.sh) | cksum; }

stamp=$venv/rainapp-installed
if "$venv"/bin/python -c '' 2>/dev/null && [ -f "$stamp-$what" ] && [ "$(wanted)" = "$(cat "$stamp-$what")" ]; then
    exit 0
fi

if ! "$venv"/bin/python -m pip --version >/dev/null 2>&1; then # none, or one that a failed attempt left half-made
    python=$(find_python)
    with_venv_module "$python"
    say "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv" || fail "Python could not make $venv here. Is there room on the disk, and may you write into $root?"
fi

case "$what" in
    test) target='.[test]' ;;
    docs) target='.[docs]' ;;
    bundle) target='.[bundle]' ;;
    *) target='.' ;;
esac
say "Installing rainapp and what it needs into $venv (the first time this takes a few minutes and about 2 GB)"
if ! "$venv"/bin/python -m pip install -qq --disable-pip-version-check -c constraints.txt --editable "$target"; then
    say "pip could not install everything. The first installation needs the network, or a folder of wheels named by PIP_FIND_LINKS."
    fail "Nothing is half-done: run the same command again when it is there."
fi
wanted >"$stamp-$what"
[ "$what" = run ] || [ "$what" = bundle ] || wanted >"$stamp-run"
[ "$what" = test ] && wanted >"$stamp-docs"
say "rainapp is installed: $venv/bin/rainapp"
