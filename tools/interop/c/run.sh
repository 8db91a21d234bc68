#!/usr/bin/env bash
# Apache's C client (Debian's libzookeeper-mt) against one server of TARGET. See ../README.md.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
heading "Apache's C client"
need gcc gcc
need_target
has_library() { echo '#include <zookeeper/zookeeper.h>' | gcc -E - >/dev/null 2>&1; }
if ! has_library; then
  [ "${CI:-}" = true ] || not_run "Apache's C client (Debian: libzookeeper-mt-dev)"
  install_package libc6-dev
  install_package libzookeeper-mt-dev
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -o "$work/client" "$interop/c/main.c" -lzookeeper_mt -lpthread
mkdir "$work/server"
INTEROP_SERVE=$interop/bin/serve timeout --foreground 180 "$work/client" "$work/server" && status=0 || status=$?
[ $status -eq 0 ] || echo "c: failed (status $status); the tests after the one named did not run"
exit $status
