#!/usr/bin/env bash
# Every suite of other people's clients, and the behaviour suite, in two lanes side by side: kazoo's, which mostly waits, and the
# others. A suite's output is printed when it ends. See README.md.
# What a suite needs and this machine lacks is installed when CI=true (apt-get); otherwise that suite is not run, and said so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

work=$(mktemp -d)
child=
lanes=()
trap 'rm -rf "$work"' EXIT
trap 'trap - INT TERM; kill "${lanes[@]}" 2>/dev/null || true; wait; exit 130' INT TERM

# suite <name> <minutes it may take> <command>...
suite() {
  local name=$1 limit=$2 code=0 from=$SECONDS result
  shift 2
  printf '\n== %s: begun\n' "$name"
  # In the background, so that a signal reaches the lane at once; timeout ends the suite's whole process group.
  timeout --kill-after=20 "${limit}m" "$@" >"$work/$name.log" 2>&1 &
  child=$!
  wait $child || code=$?
  child=
  case $code in
    0) result=passed ;;
    "$not_run_status") result=$(grep '^not run: ' "$work/$name.log" || echo 'not run') ;;
    124 | 137) result="FAILED: not done after $limit minutes" ;;
    *) result=FAILED ;;
  esac
  printf '%-10s %2d:%02d  %s\n' "$name" $(((SECONDS - from) / 60)) $(((SECONDS - from) % 60)) "$result" >"$work/$name.result"
  (
    ! command -v flock >/dev/null || flock 9
    cat "$work/$name.log"
    printf '\n== %s: %s\n' "$name" "$result"
  ) 9>"$work/printing"
}

# lane <function>: its suites one after the other, beside the other lanes.
lane() {
  (
    trap - EXIT
    trap '[ -z "$child" ] || kill "$child" 2>/dev/null || true; wait; exit 130' INT TERM
    "$1"
  ) &
  lanes+=($!)
}

# ENSEMBLE=0 leaves out three servers, which halves the time.
kazoo() {
  suite kazoo 15 "$interop/kazoo/run.sh"
  [ "${ENSEMBLE:-1}" != 1 ] || suite kazoo-3 20 env KAZOO_CLUSTER=3 "$interop/kazoo/run.sh"
}

others() {
  local which=zookeeper
  [ "$TARGET" = zookeeper ] || which=both
  suite behaviour 10 "$repo/tools/behaviour/run.sh" "$which"
  suite java 8 "$interop/java/run.sh"
  suite go 6 "$interop/go/run.sh"
  suite c 6 "$interop/c/run.sh"
  suite client 6 "$interop/client/run.sh"
  suite recipes 8 "$interop/recipes/run.sh"
  if [ "${ENSEMBLE:-1}" = 1 ]; then
    suite java-3 10 env SERVERS=3 "$interop/java/run.sh"
    suite go-3 6 env SERVERS=3 "$interop/go/run.sh"
  fi
}

if [ "$TARGET" = rookery ]; then
  heading "build"
  (cd "$repo" && pnpm exec turbo run build --filter=rookery --output-logs=errors-only)
fi
# What both lanes would fetch. A machine without Java is told so by each suite that needs it.
(need_java && fetch_jars) || true

lane kazoo
lane others
status=0
for lane in "${lanes[@]}"; do wait "$lane" || status=1; done

heading "summary"
for name in behaviour kazoo java go c client recipes kazoo-3 java-3 go-3; do
  [ ! -e "$work/$name.result" ] || cat "$work/$name.result"
done
printf '%-10s %2d:%02d\n' total $((SECONDS / 60)) $((SECONDS % 60))
! grep -q FAILED "$work"/*.result || status=1
[ "${CI:-}" != true ] || ! grep -q 'not run' "$work"/*.result || status=1
exit $status
