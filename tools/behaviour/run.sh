#!/bin/sh
# Runs the behaviour suite: run.sh rookery|zookeeper|both [vitest arguments]
set -u
cd "$(dirname "$0")" || exit 1

cache=${ROOKERY_BEHAVIOUR_CACHE:-$PWD/.cache}

usage() {
  echo "usage: $0 rookery|zookeeper|both [vitest arguments]" >&2
  exit 2
}

# Prints why the reference server cannot be started, or puts its libraries into the cache.
fetch_zookeeper() {
  if ! command -v java >/dev/null 2>&1; then echo "needs java and mvn"; return; fi
  if ls "$cache"/zookeeper/zookeeper-3.9.5.jar >/dev/null 2>&1; then return; fi
  if ! command -v mvn >/dev/null 2>&1; then echo "needs java and mvn"; return; fi
  mkdir -p "$cache"
  mvn -q -B -f pom.xml dependency:copy-dependencies -DoutputDirectory="$cache/zookeeper" >"$cache/mvn.log" 2>&1 ||
    echo "mvn could not fetch it, see $cache/mvn.log"
}

run() {
  target=$1
  shift
  echo "$target:"
  TARGET=$target ZOOKEEPER_LIB="$cache/zookeeper" pnpm exec vitest run "$@"
}

run_zookeeper() {
  missing=$(fetch_zookeeper)
  if [ -n "$missing" ]; then
    echo "zookeeper: not run: $missing"
    if [ "${CI:-}" = true ]; then return 1; fi
    return 0
  fi
  run zookeeper "$@"
}

[ $# -ge 1 ] || usage
what=$1
shift
status=0
case $what in
  rookery) run rookery "$@" || status=1 ;;
  zookeeper) run_zookeeper "$@" || status=1 ;;
  both)
    run_zookeeper "$@" || status=1
    run rookery "$@" || status=1
    ;;
  *) usage ;;
esac
exit $status
