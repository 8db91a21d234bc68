#!/usr/bin/env bash
# Apache's Java client and shell, and Curator, against one server of TARGET, or an ensemble: SERVERS=3. See ../README.md.
# Argument: run only the cases whose name contains it.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
heading "Apache's Java client, its shell zkCli, and Curator, $SERVERS server(s)"
need_java
need_target
fetch_jars

classes=$cache/java-classes
rm -rf "$classes"
javac -nowarn --release 17 -cp "$INTEROP_JARS/*" -d "$classes" "$interop"/java/src/rookery/interop/*.java
exec java -XX:TieredStopAtLevel=1 -Dinterop.serve="$interop/bin/serve" -Dinterop.servers="$SERVERS" \
  -cp "$classes:$INTEROP_JARS/*" rookery.interop.Main "$@"
