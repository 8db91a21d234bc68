#!/usr/bin/env bash
# kazoo's own test suite, unchanged, against one server of TARGET, or against an ensemble of three: KAZOO_CLUSTER=3.
# See ../README.md.
# Arguments are handed to pytest, to run a part: kazoo/run.sh -k test_lock (then nothing is compared with the list).
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
servers=${KAZOO_CLUSTER:-$SERVERS}
case $servers in
  1) list=left-out.txt ;;
  3) list=left-out-ensemble.txt ;;
  *)
    echo "KAZOO_CLUSTER must be 1 or 3, not $servers" >&2
    exit 2
    ;;
esac
heading "kazoo's test suite, $servers server(s)"
need python3 python3
need_target

venv=$cache/kazoo-venv
stamp=$venv/.$(cksum <"$interop/kazoo/requirements.txt" | tr -d ' ')
if [ ! -e "$stamp" ]; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    [ "${CI:-}" = true ] || not_run "python3's venv module (Debian: python3-venv)"
    install_package python3-venv
  fi
  rm -rf "$venv"
  python3 -m venv "$venv"
  echo "fetching kazoo from PyPI"
  "$venv/bin/pip" -q --disable-pip-version-check install -r "$interop/kazoo/requirements.txt"
  : >"$stamp"
fi

work=$(mktemp -d)
# What kazoo's CI sets; its test of the version reads both.
export CI=true ZOOKEEPER_VERSION=$zookeeper_version
export ZOOKEEPER_CLUSTER_SIZE=$servers LEFT_OUT_LIST=$interop/kazoo/$list
export ZOOKEEPER_CLASSPATH=$INTEROP_JARS/'*'
export PYTHONPATH=$interop/kazoo PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
export TMPDIR=$work
[ "$TARGET" = rookery ] && export PATH=$interop/bin:$PATH

# suite <required|listed> <seconds a test may take> <first port> [pytest arguments]
suite() {
  local pick=$1 limit=$2 port=$3
  shift 3
  mkdir "$work/$pick"
  cd "$work/$pick"
  LEFT_OUT_PICK=$pick ZOOKEEPER_PORT_OFFSET=$port exec "$venv/bin/python" -m pytest \
    -p left_out -p no:cacheprovider --rootdir "$work/$pick" --import-mode=importlib \
    --timeout "$limit" --junitxml "$work/$pick.xml" -o junit_logging=no "$@" --pyargs kazoo.tests
}

# kazoo's harness takes ten neighbouring ports a server, and frees them whenever it stops one: no other suite's range.
half=$((servers * 10))
kazoo_ports() { free_ports "$1" 12000 20000; }
if [ $# -gt 0 ]; then
  suite required 180 "$(kazoo_ports "$half")" -ra "$@"
fi

# The listed tests mostly wait for an answer that does not come, so they run beside the others; six servers at once would
# make both halves slow, so with ensembles they run before them. Each half is a process group of its own, with its
# servers in it, so that a stop from outside can end the whole of it.
set -m
ports=$(kazoo_ports $((half * 2)))
required=
suite listed 60 $((ports + half)) -q --tb=no --show-capture=no >"$work/listed.log" 2>&1 &
listed=$!
trap 'kill -TERM -- ${required:+-$required} -$listed 2>/dev/null; exit 130' INT TERM
[ "$servers" = 1 ] || wait $listed || true
suite required 180 "$ports" -q --tb=short --show-capture=no >"$work/required.log" 2>&1 &
required=$!
wait $required && status=0 || status=$?
wait $listed || true
if [ $status -gt 1 ]; then
  tail -n 40 "$work/required.log"
fi
if [ $status -eq 1 ]; then
  # The short tracebacks; what kazoo logged stays in the file.
  sed -n '/^=* \(FAILURES\|ERRORS\)/,/^=* short test summary/p' "$work/required.log" | head -n 300
fi
"$venv/bin/python" "$interop/kazoo/left_out.py" "$work/required.xml" "$work/listed.xml" && result=0 || result=$?
if [ $result -eq 0 ]; then rm -rf "$work"; else echo "logs: $work"; fi
exit $result
