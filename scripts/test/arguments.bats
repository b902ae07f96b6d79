#!/usr/bin/env bats
# What the scripts say to arguments that are wrong and to things that are missing. Nothing is started.

bats_require_minimum_version 1.5.0

setup() {
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  export BELLWETHER_RUN=$BATS_TEST_TMPDIR/run
  unset BELLWETHER_URL
  cd /
}

# A PATH on which everything is but the named tools.
hide() {
  local folder tool
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  for folder in /usr/local/bin /usr/bin /bin; do
    ln -sf "$folder"/* "$BATS_TEST_TMPDIR/bin/" 2> /dev/null || true
  done
  for tool in "$@"; do rm -f "$BATS_TEST_TMPDIR/bin/$tool"; done
  export PATH=$BATS_TEST_TMPDIR/bin
  unset JAVA_HOME
}

@test "every script tells how it is used" {
  local script
  for script in cluster status history handoff drain resume pause rolling-restart backup recover replace verify package quickstart bench simulate survival model-check chaos fuzz; do
    run -0 --separate-stderr "$scripts/$script" --help
    [[ $output == "scripts/$script: "* && $output == *"Exit codes: "* && $output != *shellcheck* && -z $stderr ]]
  done
}

@test "an unknown argument is named" {
  local script
  for script in cluster status history handoff drain resume pause rolling-restart backup recover replace verify package quickstart bench simulate survival model-check chaos fuzz; do
    run -1 --separate-stderr "$scripts/$script" --nonsense
    [[ $stderr == *--nonsense* && -z $output ]]
  done
}

@test "a value that is missing or wrong is named" {
  run -1 "$scripts/cluster" start --nodes
  [[ $output == *--nodes* ]]
  run -1 "$scripts/cluster" start --nodes 10
  [[ $output == *"'10'"* ]]
  run -1 "$scripts/status" -o xml
  [[ $output == *"'xml'"* ]]
  run -1 "$scripts/recover" --dry-run
  [[ $output == *"which NODE"* ]]
  run -1 "$scripts/recover" n1 n2
  [[ $output == *"'n2'"* ]]
  run -1 "$scripts/replace" 'n 1'
  [[ $output == *"'n 1'"* ]]
  run -1 "$scripts/replace" n1 --timeout 5
  [[ $output == *--timeout* ]]
  run -1 "$scripts/bench" --operations put-at-leader,get
  [[ $output == *"--operations is a list like put-at-leader,get-local"* ]]
  run -1 "$scripts/bench" --connections 1,,2
  [[ $output == *--connections* ]]
  run -1 "$scripts/chaos" --minutes soon --seed 1
  [[ $output == *"'soon'"* ]]
  run -1 "$scripts/chaos" --minutes 1
  [[ $output == *--seed* ]]
  run -1 "$scripts/chaos" --minutes 1 --seed 1 --faults Kill_Leader
  [[ $output == *"'Kill_Leader'"* ]]
  run -1 "$scripts/chaos" --minutes 1 --seed 1 --at-least some
  [[ $output == *"'some'"* ]]
  run -1 "$scripts/chaos" --minutes 1 --seed 1 --forever
  [[ $output == *"'--forever'"* ]]
  run -1 "$scripts/fuzz" --inputs none
  [[ $output == *"'none'"* ]]
  run -1 "$scripts/fuzz" --seed 2
  [[ $output == *--inputs* ]]
  run -1 "$scripts/model-check" --only
  [[ $output == *--only* ]]
  run -1 "$scripts/model-check" --only nonsense
  [[ $output == *"'nonsense'"* ]]
  run -1 "$scripts/model-check" --workers 2
  [[ $output == *--deep* ]]
  run -1 "$scripts/model-check" --minutes 2
  [[ $output == *--deep* ]]
  local minutes
  for minutes in 0 10000 soon; do
    run -1 "$scripts/model-check" --deep --minutes "$minutes"
    [[ $output == *"1 to 9999, not '$minutes'"* ]]
  done
}

@test "a folder without a file is an error, and so is one that is none" {
  mkdir -p "$BATS_TEST_TMPDIR/empty/inside"
  run -1 "$scripts/quickstart" "$BATS_TEST_TMPDIR/empty"
  [[ $output == *"no file"* ]]
  run -1 "$scripts/quickstart" "$BATS_TEST_TMPDIR/missing"
  [[ $output == *"no folder"* ]]
}

@test "a missing Java is named, with how to get it" {
  hide java
  local script
  for script in "cluster start" quickstart bench model-check; do
    # shellcheck disable=SC2086
    run -1 "$scripts/"$script
    [[ $output == *"Java is missing"* && $output == *"apt-get install openjdk-17-jdk-headless"* ]]
  done
}

@test "a Java that is too old is named" {
  mkdir -p "$BATS_TEST_TMPDIR/old/bin"
  printf '#!/bin/sh\necho "openjdk version \\"11.0.2\\" 2019-01-15" >&2\n' > "$BATS_TEST_TMPDIR/old/bin/java"
  chmod +x "$BATS_TEST_TMPDIR/old/bin/java"
  JAVA_HOME=$BATS_TEST_TMPDIR/old run -1 "$scripts/cluster" start
  [[ $output == *"is version 11"* ]]
}

@test "a missing curl is named, with how to get it" {
  hide curl
  run -1 "$scripts/status"
  [[ $output == *"curl is missing"*"apt-get install curl"* ]]
}

@test "nothing to stop is no error, and nothing that runs is told" {
  run -0 "$scripts/cluster" stop
  run -5 "$scripts/cluster" status
  run -5 "$scripts/cluster" kill n1
}

@test "a node that nobody hears is unreachable" {
  run -5 --separate-stderr "$scripts/status" --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers at http://127.0.0.1:1"* && -z $output ]]
  BELLWETHER_URL=http://127.0.0.1:1/ run -5 "$scripts/status" -o json
}

@test "a process that was not started here is never ended" {
  sleep 60 3>&- &
  mkdir -p "$BELLWETHER_RUN/processes"
  echo "$! 1 http://127.0.0.1:1" > "$BELLWETHER_RUN/processes/n1"
  run -5 "$scripts/cluster" kill n1
  run -0 "$scripts/cluster" stop
  kill -0 "$!"
  kill "$!"
}
