# shellcheck shell=bash
# Shared by the suites' run.sh. Sourced, not run.
set -euo pipefail

interop=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$interop/../.." && pwd)
# Every tool of this repository passes over folders of this name.
cache=$interop/temp
zookeeper_version=3.9.5
export INTEROP_JARS=$cache/jars
export ROOKERY_MAIN=${ROOKERY_MAIN:-$repo/apps/rookery/dist/main.js}
export TARGET=${TARGET:-rookery}
# How many servers of TARGET a suite starts: one alone, or an ensemble. Suites that only know one pass over it.
export SERVERS=${SERVERS:-1}
mkdir -p "$cache"

case $TARGET in
  rookery | zookeeper) ;;
  *)
    echo "TARGET must be rookery or zookeeper, not $TARGET" >&2
    exit 2
    ;;
esac

case $SERVERS in
  1 | 3) ;;
  *)
    echo "SERVERS must be 1 or 3, not $SERVERS" >&2
    exit 2
    ;;
esac

# Exit status of a suite that could not start because the machine lacks a program.
not_run_status=77

# need <program> <Debian package>: the program, installed first where CI=true allows it.
need() {
  command -v "$1" >/dev/null && return
  if [ "${CI:-}" = true ] && command -v apt-get >/dev/null; then
    install_package "$2"
    command -v "$1" >/dev/null && return
  fi
  not_run "$1 (Debian: $2)"
}

not_run() {
  echo "not run: needs $1"
  exit $not_run_status
}

# One at a time, whichever suites run side by side.
install_package() {
  local sudo=() lock
  exec {lock}>"$cache/apt-lock"
  flock "$lock"
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  echo "installing $1"
  if [ ! -e "$cache/apt-updated" ]; then
    "${sudo[@]}" apt-get -qq update >/dev/null || exit 1
    : >"$cache/apt-updated"
  fi
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get -qq install -y --no-install-recommends "$1" >/dev/null || exit 1
  exec {lock}>&-
}

need_java() {
  # shellcheck disable=SC2034 # read by the suites
  need java default-jdk-headless
  need javac default-jdk-headless
}

# Apache's jars, as pom.xml lists them.
fetch_jars() {
  local stamp
  stamp=$INTEROP_JARS/.$(cksum <"$interop/pom.xml" | tr -d ' ')
  [ -e "$stamp" ] && return
  need mvn maven
  echo "fetching Apache ZooKeeper $zookeeper_version and Curator from Maven Central"
  rm -rf "$INTEROP_JARS"
  local said
  said=$(mvn -q -B -ntp -f "$interop/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$INTEROP_JARS" -DincludeScope=runtime 2>&1) || {
    echo "$said"
    exit 1
  }
  : >"$stamp"
}

# What bin/serve needs for this TARGET.
need_target() {
  if [ "$TARGET" = zookeeper ]; then
    need_java
    fetch_jars
  elif [ ! -e "$ROOKERY_MAIN" ]; then
    not_run "Rookery built: pnpm build"
  fi
}

# free_ports <n> [first] [last]: the first of n free neighbouring ports on 127.0.0.1, below the range the system hands out itself.
free_ports() {
  python3 - "$1" "${2:-21000}" "${3:-32000}" <<'PY'
import random, socket, sys
n, first, last = map(int, sys.argv[1:])
bases = range(first, last, 50)
for base in random.sample(bases, len(bases)):
    held = []
    try:
        for port in range(base, base + n):
            s = socket.socket()
            held.append(s)
            s.bind(("127.0.0.1", port))
        print(base)
        break
    except OSError:
        continue
    finally:
        for s in held:
            s.close()
else:
    sys.exit("no %d free neighbouring ports" % n)
PY
}

heading() { printf '\n== %s (%s)\n' "$1" "$TARGET"; }
