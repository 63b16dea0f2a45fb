#!/usr/bin/env bash
# Sets Steno up and runs it.
set -euo pipefail
cd "$(dirname "$0")"

case ${1:-} in
test) swift test ;;
*) echo "usage: ./entrypoint.sh test" >&2; exit 2 ;;
esac
