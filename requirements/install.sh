#!/usr/bin/env bash
# Makes .venv and installs one pinned set (runtime, demo or dev) and the project itself into it, with plain pip.
# usage: [PYTHON=python3.12] requirements/install.sh SET
set -euo pipefail
cd "$(dirname "$0")/.."
set_name=$1
venv=.venv

stop() {
  echo "$1" >&2
  exit 2
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  stop "No Python 3.11 or newer was found. Install one (apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3 …"
}

make_venv() {
  local python
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "This Python cannot make virtual environments. Install that part, then run make again: apt-get install python3-venv"
  rm -rf "$venv"
  "$python" -m venv "$venv" || stop "The virtual environment could not be made in $PWD/$venv; the reason is above."
}

works() { "$venv/bin/python" -c 'import pip' 2>/dev/null; }

works || make_venv
count=$(grep -c '==' "requirements/$set_name.txt")
log=$venv/install.log
echo "Installing $count pinned packages into $venv (once, about a minute) …"
pip=("$venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --no-deps)
if ! {
  "${pip[@]}" --require-hashes --no-compile -r "requirements/$set_name.txt" &&
    "${pip[@]}" --no-build-isolation --no-compile -e .
} >"$log" 2>&1 </dev/null; then
  tail -n 20 "$log" >&2
  stop "pip could not install requirements/$set_name.txt; its last words are above, all of them in $log. Mend what they name and run make again."
fi
mkdir -p "$venv/.stamps"
