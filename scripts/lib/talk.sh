# shellcheck shell=bash
# What every script says and how it ends. To be sourced.

# The exit codes, as in the API's words.
# shellcheck disable=SC2034
readonly DONE=0 USAGE=1 REFUSED=2 UNKNOWN=3 NOT_ALLOWED=4 NO_LEADER=5

# The result goes to stdout; talk goes to stderr.
say() {
  printf '%s\n' "$*" >&2
}

# fail CODE SENTENCE...: ends the script.
fail() {
  local code=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$code"
}

# The comment at the head of the script is its help.
help() {
  sed -n '2,/^[^#]/{/^#/!d; /^# shellcheck/d; s/^# \{0,1\}//p}' "$0"
}

usage() {
  fail "$USAGE" "$* ($0 --help tells more)"
}

# value_of OPTION ARGUMENTS-LEFT VALUE: the value that must follow an option.
value_of() {
  (($2 > 1)) || usage "$1 needs a value"
  [[ -n $3 ]] || usage "$1 needs a value that isn't empty"
  printf '%s' "$3"
}

# The output forms that -o knows.
check_output() {
  [[ $1 == text || $1 == json ]] || usage "-o knows text and json, not '$1'"
}

# need TOOL PACKAGE: a command that must be there.
need() {
  command -v "$1" > /dev/null || fail "$USAGE" "$1 is missing. On Debian: apt-get install $2"
}

# The Java that runs everything, in $java: JAVA_HOME's, or the one on the PATH.
need_java() {
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java" > /dev/null || fail "$USAGE" \
    "Java is missing (${JAVA_HOME:+JAVA_HOME is $JAVA_HOME and holds no bin/java; }17 or later is needed)." \
    "On Debian: apt-get install openjdk-17-jdk-headless"
  local version
  version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  ((${version:-0} >= 17)) || fail "$USAGE" \
    "$java is version ${version:-unknown}; 17 or later is needed." \
    "On Debian: apt-get install openjdk-17-jdk-headless, or set JAVA_HOME"
}
