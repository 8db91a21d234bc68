#!/usr/bin/env bash
# Every suite of other people's clients, one after the other, and the behaviour suite. See README.md.
# What a suite needs and this machine lacks is installed when CI=true (apt-get); otherwise that suite is not run, and said so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

names=()
results=()
seconds=()
status=0
child=
trap 'trap - INT TERM; [ -z "$child" ] || kill "$child" 2>/dev/null || true; wait; exit 130' INT TERM

# suite <name> <minutes it may take> <command>...
suite() {
  local name=$1 limit=$2 code=0 from=$SECONDS said out tee
  shift 2
  said=$(mktemp)
  exec {out}> >(tee "$said")
  tee=$!
  # In the background, so that a signal reaches this script at once; timeout ends the suite's whole process group.
  timeout --kill-after=20 "${limit}m" "$@" >&"$out" 2>&1 {out}>&- &
  child=$!
  wait $child || code=$?
  child=
  exec {out}>&-
  wait $tee || true
  names+=("$name")
  seconds+=($((SECONDS - from)))
  case $code in
    0) results+=(passed) ;;
    "$not_run_status")
      results+=("$(grep '^not run: ' "$said" || echo 'not run')")
      [ "${CI:-}" != true ] || status=1
      ;;
    124 | 137)
      results+=("FAILED: not done after $limit minutes")
      status=1
      ;;
    *)
      results+=("FAILED")
      status=1
      ;;
  esac
  rm -f "$said"
}

if [ "$TARGET" = rookery ]; then
  heading "build"
  (cd "$repo" && pnpm exec turbo run build --filter=rookery --output-logs=errors-only)
fi

if [ -x "$repo/tools/behaviour/run.sh" ]; then
  heading "behaviour suite"
  if [ "$TARGET" = rookery ]; then
    suite behaviour 10 "$repo/tools/behaviour/run.sh" both
  else
    suite behaviour 10 "$repo/tools/behaviour/run.sh" zookeeper
  fi
fi
suite kazoo 15 "$interop/kazoo/run.sh"
suite java 8 "$interop/java/run.sh"
suite go 6 "$interop/go/run.sh"
suite c 6 "$interop/c/run.sh"
suite client 4 "$interop/client/run.sh"
suite recipes 8 "$interop/recipes/run.sh"
# Those that know what an ensemble is, against three servers. ENSEMBLE=0 leaves them out, which halves the time.
if [ "${ENSEMBLE:-1}" = 1 ]; then
  suite kazoo-3 20 env KAZOO_CLUSTER=3 "$interop/kazoo/run.sh"
  suite java-3 10 env SERVERS=3 "$interop/java/run.sh"
  suite go-3 6 env SERVERS=3 "$interop/go/run.sh"
fi

heading "summary"
for i in "${!names[@]}"; do
  printf '%-10s %2d:%02d  %s\n' "${names[i]}" $((seconds[i] / 60)) $((seconds[i] % 60)) "${results[i]}"
done
printf '%-10s %2d:%02d\n' total $((SECONDS / 60)) $((SECONDS % 60))
exit $status
