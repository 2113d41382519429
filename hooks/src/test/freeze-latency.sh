#!/bin/sh
# Prints how long a freeze by gates and by suspending threads takes. After
# `mvn test-compile -pl hooks -am`: hooks/src/test/freeze-latency.sh [path of java]
set -eu
cd "$(dirname "$0")/../.."
repository="${M2_REPOSITORY:-$HOME/.m2/repository}"
version() { sed -n "s:.*<$1.version>\(.*\)</$1.version>.*:\1:p" ../pom.xml; }
bb="$repository/net/bytebuddy"
bbv=$(version byte-buddy)
jna="$repository/net/java/dev/jna/jna/$(version jna)/jna-$(version jna).jar"
for freeze in gates threads; do
  for threads in "1 0" "2 0" "4 0" "2 20" "2 200"; do
    "${1:-java}" -Xbootclasspath/a:target/ramshot-boot.jar -Xshare:off \
      -javaagent:"$bb/byte-buddy-agent/$bbv/byte-buddy-agent-$bbv.jar" \
      -cp "target/classes:target/test-classes:../uffd/target/classes:$bb/byte-buddy/$bbv/byte-buddy-$bbv.jar:$jna" \
      io.ramshot.hooks.FreezeLatency $freeze $threads 2>/dev/null
  done
done
