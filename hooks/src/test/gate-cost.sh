#!/bin/sh
# Prints what an open gate costs per call, in ns. After `mvn test-compile -pl hooks -am`:
#   hooks/src/test/gate-cost.sh [path of java]
set -eu
cd "$(dirname "$0")/../.."
bb="${M2_REPOSITORY:-$HOME/.m2/repository}/net/bytebuddy"
version=$(sed -n 's:.*<byte-buddy.version>\(.*\)</byte-buddy.version>.*:\1:p' ../pom.xml)
exec "${1:-java}" -Xbootclasspath/a:target/ramshot-boot.jar \
  -javaagent:"$bb/byte-buddy-agent/$version/byte-buddy-agent-$version.jar" \
  -cp "target/classes:target/test-classes:../uffd/target/classes:$bb/byte-buddy/$version/byte-buddy-$version.jar" \
  io.ramshot.hooks.GateCost
