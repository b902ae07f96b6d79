# shellcheck shell=bash
# The jar, built when it is missing or older than what it is made of. To be sourced after talk.sh.

readonly jar=$home/service/target/bellwether.jar

need_jar() {
  jar_is_current && return
  need mvn maven
  command -v "${JAVA_HOME:+$JAVA_HOME/bin/}javac" > /dev/null || fail "$USAGE" \
    "a JDK is needed to build, and this Java has no javac. On Debian: apt-get install openjdk-17-jdk-headless"
  local log=$run/build.log
  mkdir -p "$run"
  say "Building ${jar#"$home/"} (log: $log) ..."
  if ! (cd "$home" && mvn -B -ntp -Dmaven.test.skip package) < /dev/null > "$log" 2>&1; then
    grep -m 5 '^\[ERROR\]' "$log" >&2
    fail "$USAGE" "the build failed; $log says why"
  fi
  # What Maven found unchanged keeps its old time; without this it would be built again each time.
  touch -c "$jar"
}

jar_is_current() {
  [[ -f $jar ]] || return
  local newer
  newer=$(cd "$home" && find pom.xml {recipes,service}/{pom.xml,src/main} -newer "$jar" -print -quit)
  [[ -z $newer ]]
}
