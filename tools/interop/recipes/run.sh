#!/usr/bin/env bash
# Our recipes and those of Curator, kazoo and go-zookeeper on the same znodes of one server of TARGET. See ../README.md.
# Arguments are handed to vitest, to run a part: recipes/run.sh locks -t "Mutex and Curator"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
heading "our recipes beside Curator's, kazoo's and go-zookeeper's"
need node nodejs
need_java
need python3 python3
need go golang-go
[ -e "$repo/node_modules/vitest" ] || not_run "the workspace's packages: pnpm install"
need_target
recipes=$interop/recipes

# Curator with its service discovery.
jars=$cache/recipes-jars
stamp=$jars/.$(cksum <"$recipes/pom.xml" | tr -d ' ')
if [ ! -e "$stamp" ]; then
  need mvn maven
  echo "fetching Curator from Maven Central"
  rm -rf "$jars"
  said=$(mvn -q -B -ntp -f "$recipes/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars" -DincludeScope=runtime 2>&1) || {
    echo "$said"
    exit 1
  }
  : >"$stamp"
fi
classes=$cache/recipes-classes
rm -rf "$classes"
javac -nowarn --release 17 -cp "$jars/*" -d "$classes" "$recipes"/java/rookery/interop/recipes/*.java

# Of kazoo only itself, in the version that ../kazoo runs the tests of.
kazoo=$(grep '^kazoo==' "$interop/kazoo/requirements.txt")
venv=$cache/recipes-venv
stamp=$venv/.$kazoo
if [ ! -e "$stamp" ]; then
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    [ "${CI:-}" = true ] || not_run "python3's venv module (Debian: python3-venv)"
    install_package python3-venv
  fi
  rm -rf "$venv"
  python3 -m venv "$venv"
  echo "fetching $kazoo from PyPI"
  "$venv/bin/pip" -q --disable-pip-version-check install "$kazoo"
  : >"$stamp"
fi

(cd "$recipes/go" && go build -o "$cache/recipes-go" .)

export INTEROP_SERVE=$interop/bin/serve PYTHONDONTWRITEBYTECODE=1
INTEROP_CURATOR=$(command -v java) INTEROP_CURATOR_CLASSPATH=$classes:$jars/'*' \
  INTEROP_KAZOO=$venv/bin/python INTEROP_GO=$cache/recipes-go \
  exec "$repo/node_modules/.bin/vitest" run --root "$interop" "$@"
