#!/usr/bin/env bash
# Resolves pyproject.toml once (dev, the largest set) and derives the smaller sets from that very result.
# usage: requirements/lock.sh [uv] [uv's options, e.g. --upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:-uv}
shift || true
options=(--universal --python-version 3.11 --generate-hashes --no-annotate --no-header
  --no-emit-index-url --no-emit-find-links --quiet)
"$uv" pip compile pyproject.toml --extra demo --extra postgres --extra web --group dev "${options[@]}" "$@" -o requirements/dev.txt
constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
sed -E 's/ \\$//; /--hash/d' requirements/dev.txt >"$constraints"
"$uv" pip compile pyproject.toml --extra demo --group build "${options[@]}" -c "$constraints" -o requirements/demo.txt
"$uv" pip compile pyproject.toml --group build "${options[@]}" -c "$constraints" -o requirements/runtime.txt
