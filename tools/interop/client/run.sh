#!/usr/bin/env bash
# Our client and recipes against Apache ZooKeeper: conformance.test.ts, once with SASL DIGEST-MD5 and once without, and the tests
# of the recipes. See ../README.md. The first argument may be the one that is meant, client or recipes; the others are handed to
# vitest: client/run.sh recipes -t mutex. ZOOKEEPER_LIB names a folder with jars to use instead of those that are fetched.
export TARGET=zookeeper
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
packages="client recipes"
case ${1:-} in
  client | recipes)
    packages=$1
    shift
    ;;
esac
need java default-jdk-headless
if [ -z "${ZOOKEEPER_LIB:-}" ]; then
  fetch_jars
  ZOOKEEPER_LIB=$INTEROP_JARS
fi

folder=$(mktemp -d)
server=
trap 'stop; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

stop() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}

# start [java option]...
start() {
  port=$(free_ports 1)
  mkdir -p "$folder/data"
  cat >"$folder/zoo.cfg" <<CFG
tickTime=100
maxSessionTimeout=60000
dataDir=$folder/data
clientPort=$port
clientPortAddress=127.0.0.1
admin.enableServer=false
maxClientCnxns=0
4lw.commands.whitelist=srvr,wchp
CFG
  java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$ZOOKEEPER_LIB/*" -Dzookeeper.extendedTypesEnabled=true "$@" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$folder/zoo.cfg" >"$folder/log" 2>&1 &
  server=$!
  # Another process's readiness has no event to await.
  for _ in $(seq 300); do
    if srvr "$port" | grep -q '^Mode: '; then return; fi
    if ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "ZooKeeper did not start:"
  tail -n 15 "$folder/log"
  exit 1
}

srvr() {
  { exec 3<>"/dev/tcp/127.0.0.1/$1" && printf srvr >&3 && timeout 2 cat <&3; } 2>/dev/null || true
}

# against <file or folder of tests> [argument of vitest]...
against() {
  (cd "$repo" && ROOKERY_TEST_SERVER=127.0.0.1:$port pnpm exec vitest run "$@")
}

conformance() {
  against packages/client/test/conformance "$@"
}

client() {
  heading "client, without SASL"
  start
  conformance "$@" || status=1
  stop

  heading "client, with SASL"
  cat >"$folder/jaas.conf" <<'JAAS'
Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_ann="se\"cret=, é";
};
JAAS
  start -Djava.security.auth.login.config="$folder/jaas.conf" -Dfile.encoding=UTF-8 \
    -Dzookeeper.authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider
  ROOKERY_TEST_SASL='ann:se"cret=, é' conformance "$@" || status=1
  stop
}

recipes() {
  heading "recipes"
  start
  against packages/recipes "$@" || status=1
  stop
}

status=0
for package in $packages; do "$package" "$@"; done
exit $status
