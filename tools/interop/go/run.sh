#!/usr/bin/env bash
# github.com/go-zookeeper/zk against one server of TARGET, or an ensemble: SERVERS=3. See ../README.md.
# Arguments are handed to `go test`: go/run.sh -run TestLock
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
heading "go-zookeeper/zk, $SERVERS server(s)"
need go golang-go
need_target

cd "$interop/go"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
INTEROP_SERVE=$interop/bin/serve go test -count=1 -timeout 300s -v "$@" . >"$log" 2>&1 && status=0 || status=$?
[ $status -eq 0 ] || grep -vE '^(=== |--- PASS|    --- PASS|PASS$)' "$log" || true
echo "go: $(grep -cE '^ *--- PASS' "$log" || true) of $(grep -cE '^ *--- (PASS|FAIL)' "$log" || true) tests passed"
exit $status
