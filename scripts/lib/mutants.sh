# shellcheck shell=bash
# The code with one guard left out at a time, and what notices: for scripts/simulate --mutants. Uses its $classes, $tests,
# $java and $work; to be sourced after talk.sh. What guards a door, and not the core, shows in no scenario and in no weather:
# such a patch says "Tried by", and names the test that must fail.

readonly mutants=$home/recipes/src/test/mutants scenarios=$home/recipes/src/test/resources/scenarios
# Where nothing is held back by a compiler that would take longer than what it compiles.
readonly -a trial_flags=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m)

# try_mutants SEEDS WEATHER-ONLY [NAME...]: says what killed each, as they die, and at the end how many of how many.
try_mutants() {
  local seeds=$1 weather_only=$2 patch name
  shift 2
  need_compiler
  local -a patches=() chosen=("$@")
  ((${#chosen[@]})) || chosen=('')
  for name in "${chosen[@]}"; do
    compgen -G "$mutants/$name*.patch" > /dev/null || fail "$USAGE" "there is no mutant '$name'"
    for patch in "$mutants/$name"*.patch; do
      [[ $weather_only && $(test_of "$patch") ]] || patches+=("$patch")
    done
  done
  local copying=''
  if [[ $(for patch in "${patches[@]}"; do test_of "$patch"; done) ]]; then
    need mvn maven
    build_copy > "$work/copy.log" 2>&1 &
    copying=$!
  fi
  for patch in "${patches[@]}"; do
    if [[ $(test_of "$patch") ]]; then
      wait "$copying" 2> /dev/null || true
      [[ -f $work/copied ]] || fail "$USAGE" "the build of a copy failed: $(grep -m 1 ERROR "$work/copy.log")"
    fi
    while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n || true; done
    try_mutant "$patch" "$seeds" "$weather_only" &
  done
  wait
  local killed
  killed=$(find "$work" -name killed | wc -l)
  printf '%d mutants, %d killed\n' "${#patches[@]}" "$killed"
  ((killed == ${#patches[@]}))
}

# try_mutant PATCH SEEDS WEATHER-ONLY
try_mutant() {
  local patch=$1 seeds=$2 weather_only=$3 name killer=''
  name=$(basename "$patch" .patch)
  local place=$work/$name
  mkdir -p "$place/classes"
  if [[ $(test_of "$patch") ]]; then
    try_by_test "$patch" "$place"
  elif ! apply_mutant "$patch" "$place/source" > "$place/log" 2>&1; then
    printf '%s: DOES NOT APPLY: %s\n' "$name" "$(head -n 1 "$place/log")"
  elif ! compile_mutant "$place" > "$place/log" 2>&1; then
    printf '%s: DOES NOT COMPILE: %s\n' "$name" "$(head -n 1 "$place/log")"
  else
    [[ $weather_only ]] || killer=$(killed_by_scenario "$patch" "$place")
    [[ $killer ]] || killer=$(killed_by_weather "$place" "$seeds")
    if [[ $killer ]]; then
      touch "$place/killed"
      printf '%s: killed by %s\n' "$name" "$killer"
    else
      printf '%s: SURVIVED%s %d seeds\n' "$name" "${weather_only:+ the weather of}" "$seeds"
    fi
  fi
}

# test_of PATCH: the class that must notice; nothing for a patch of the core.
test_of() {
  sed -n 's/^Tried by \([A-Za-z0-9_.]*\)\.$/\1/p' "$1"
}

# All that there is, compiled once in another place.
build_copy() {
  mkdir -p "$work/copy"
  (cd "$home" && git ls-files -z -co --exclude-standard -- pom.xml recipes service |
    tar --null --ignore-failed-read -T - -c | tar -x -C "$work/copy")
  (cd "$work/copy" && mvn -q -B -ntp test-compile < /dev/null) && touch "$work/copied"
}

# try_by_test PATCH PLACE: in a copy of that copy, where only what was changed is compiled.
try_by_test() {
  local patch=$1 place=$2 name test module report code=0
  name=$(basename "$patch" .patch)
  test=$(test_of "$patch")
  module=$(sed -n 's|^--- a/\([^/]*\)/.*|\1|p' "$patch" | head -n 1)
  report=$place/all/$module/target/surefire-reports/TEST-$test.xml
  cp -a "$work/copy" "$place/all"
  if ! (cd "$place/all" && GIT_CEILING_DIRECTORIES=$work git apply --recount -C1 "$patch") > "$place/log" 2>&1; then
    printf '%s: DOES NOT APPLY: %s\n' "$name" "$(head -n 1 "$place/log")"
    return
  fi
  (cd "$place/all" && timeout 600 mvn -B -ntp -pl "$module" -am test -Dtest="${test##*.}" \
    -Dsurefire.failIfNoSpecifiedTests=false -Dmaven.compiler.useIncrementalCompilation=false) \
    < /dev/null > "$place/log" 2>&1 || code=$?
  if ((code == 124)); then
    touch "$place/killed"
    printf '%s: killed by %s, which never ends\n' "$name" "${test##*.}"
  elif [[ ! -f $report ]]; then
    printf '%s: DOES NOT COMPILE: %s\n' "$name" "$(grep -m 1 'ERROR.*java' "$place/log")"
  elif ((code)); then
    touch "$place/killed"
    printf '%s: killed by %s\n' "$name" "$(first_failure "$report")"
  else
    printf '%s: SURVIVED %s\n' "$name" "${test##*.}"
  fi
  rm -rf "$place/all"
}

# first_failure REPORT: Class.method of the first test that failed.
first_failure() {
  sed -n -e 's/.*<testcase name="\([^"]*\)" classname="\([^"]*\)".*/\2.\1/; T end; s/.*\.\([^.]*\.[^.]*\)$/\1/; h' \
    -e ':end' -e '/<\(failure\|error\)[ >]/{x;p;q}' "$1"
}

# The files that the patch names, copied and changed. Lines may have moved, and the outer line of a context may differ.
apply_mutant() {
  local patch=$1 source=$2 file
  while read -r file; do
    mkdir -p "$source/$(dirname "$file")"
    cp "$home/$file" "$source/$file" || return
  done < <(sed -n 's|^--- a/||p' "$patch")
  (cd "$source" && GIT_CEILING_DIRECTORIES=$work git apply --recount -C1 "$patch")
}

# Only what was changed is compiled, against all the rest as it is.
compile_mutant() {
  local place=$1
  find "$place/source" -name '*.java' > "$place/files"
  "$javac" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC --release 17 -proc:none -nowarn \
    -cp "$classes:$annotations" -d "$place/classes" "@$place/files"
}

# The scenarios of the mutant's own rule come first.
killed_by_scenario() {
  local patch=$1 place=$2 rule said code=0
  rule=$(sed -n '1s/.*(Rule \([0-9.]*\)).*/\1/p' "$patch")
  said=$(timeout 120 "$java" "${trial_flags[@]}" -cp "$place/classes:$classes:$tests" \
    io.bellwether.scenarios.Scenario "$scenarios" "$rule" 2>&1) || code=$?
  if ((code == 124)); then
    printf 'a scenario that never ends'
  elif ((code)); then
    printf 'scenario %s' "$(head -n 1 <<< "$said")"
  fi
}

# Longer and longer runs, until a seed fails.
killed_by_weather() {
  local place=$1 seeds=$2 from=1 count=16 said code
  while ((from <= seeds)); do
    ((count = from + count - 1 > seeds ? seeds - from + 1 : count, code = 0)) || true
    said=$(timeout 600 "$java" "${trial_flags[@]}" -cp "$place/classes:$classes:$tests" \
      io.bellwether.simulation.Simulation --seeds "$count" --from "$from" 2>&1) || code=$?
    if grep -q '^seed ' <<< "$said"; then
      sed -n 's/^seed \([0-9]*\) [^:]*: /\1 /p' <<< "$said" | sort -n | sed -n '1s/ /: /; 1s/^/seed /p' | cut -c 1-200
      return
    elif ((code == 124)); then
      printf 'a world that never ends, of the seeds from %d on' "$from"
      return
    fi
    ((from += count, count *= 2))
  done
}

# javac, and the one library that the core is compiled with.
need_compiler() {
  need git git
  javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
  command -v "$javac" > /dev/null || fail "$USAGE" "a JDK is needed. On Debian: apt-get install openjdk-17-jdk-headless"
  local version
  version=$(sed -n 's|.*<jspecify.version>\(.*\)</jspecify.version>.*|\1|p' "$home/pom.xml")
  annotations=${MAVEN_REPOSITORY:-$HOME/.m2/repository}/org/jspecify/jspecify/$version/jspecify-$version.jar
  [[ -f $annotations ]] || fail "$USAGE" "$annotations is missing; set MAVEN_REPOSITORY to where Maven keeps its jars"
}
