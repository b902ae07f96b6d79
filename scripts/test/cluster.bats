#!/usr/bin/env bats
# A cluster of real processes, in a folder of its own: started, asked, robbed of its leader, stopped.

bats_require_minimum_version 1.5.0

setup_file() {
  export scripts BELLWETHER_RUN=$BATS_FILE_TMPDIR/run
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  unset BELLWETHER_URL
  cd /
}

teardown_file() {
  "$scripts/cluster" stop
}

@test "a cluster starts, and the caller's pipe closes though it runs on" {
  run -0 --separate-stderr timeout 180 bash -c '"$0" start | cat' "$scripts/cluster"
  [[ ${#lines[@]} -eq 4 && $output == *"n1 "*runs*"n2 "*runs*"n3 "*runs*"zookeeper "*runs* ]]
}

@test "starting what runs changes nothing" {
  local before
  before=$("$scripts/cluster" status)
  run -0 --separate-stderr "$scripts/cluster" start
  [[ $output == "$before" ]]
}

@test "the status is a table, or JSON" {
  run -0 --separate-stderr "$scripts/status"
  [[ $output == *leader=n[123]*NODE*ROLE*n1*n2*n3* ]]
  run -0 --separate-stderr "$scripts/status" -o json
  jq -e '.leader != null and (.inSync | length) == 3' <<< "$output"
}

@test "a node that was killed comes back, with what was written meanwhile" {
  local leader url
  leader=$("$scripts/status" -o json | jq -r .leader)
  "$scripts/cluster" kill "$leader"
  run -0 "$scripts/cluster" status
  [[ $output == *"$leader "*ended* ]]
  url=$("$scripts/status" -o json | jq -r --arg dead "$leader" 'first(.members[] | select(.node != $dead)).url')
  curl --silent --fail --request PUT --data-binary while-away "$url/v1/kv/written"
  run -0 --separate-stderr timeout 180 "$scripts/cluster" start
  url=$("$scripts/cluster" status -o json | jq -r --arg node "$leader" '.processes[] | select(.name == $node).address')
  [[ $(curl --silent --fail "$url/v1/kv/written") == while-away ]]
}

@test "the quickstart takes odd names, skips what is no key or too large, and loses nothing" {
  local folder=$BATS_TEST_TMPDIR/odd
  mkdir -p "$folder/sub dir"
  echo 1 > "$folder/ü +&?#"
  echo 2 > "$folder/sub dir/..."
  : > "$folder/empty"
  echo 3 > "$folder/100%"
  head -c 1048576 /dev/zero > "$folder/largest"
  head -c 1048577 /dev/zero > "$folder/larger"
  run --separate-stderr timeout 300 "$scripts/quickstart" -o json "$folder"
  printf '%s\n' "$output" "$stderr"
  [[ $status -eq 0 ]]
  jq -e '.files == 4 and .failures == [] and .differences == [] and (.skipped | length) == 2
    and (.writes | length) == 3 and .killed != .leader and .killedAfterFiles == 2' <<< "$output"
  curl --silent --fail "$(address n1)/v1/kv/quickstart/%C3%BC%20%2B%26%3F%23" | cmp - "$folder/ü +&?#"
}

@test "a taken port is passed over" {
  "$scripts/cluster" stop
  [[ -d $BELLWETHER_RUN/data/n1 ]]
  BELLWETHER_RUN=$BATS_TEST_TMPDIR/other run -0 timeout 180 "$scripts/cluster" start --nodes 1
  run -0 --separate-stderr timeout 180 "$scripts/cluster" start
  local ours theirs
  ours=$(address n1)
  theirs=$(BELLWETHER_RUN=$BATS_TEST_TMPDIR/other address n1)
  BELLWETHER_RUN=$BATS_TEST_TMPDIR/other "$scripts/cluster" stop
  [[ $ours != "$theirs" ]]
  curl --silent --fail "$ours/v1/kv/written"
}

@test "stop leaves no process" {
  local pids
  pids=$("$scripts/cluster" status -o json | jq -r '.processes[].pid')
  [[ -n $pids ]]
  run -0 "$scripts/cluster" stop
  local pid
  for pid in $pids; do gone "$pid"; done
}

# Ended; whether somebody has already asked how doesn't matter.
gone() {
  [[ ! -e /proc/$1/stat || $(< "/proc/$1/stat") == *") Z "* ]]
}

address() {
  "$scripts/cluster" status -o json | jq -r --arg name "$1" '.processes[] | select(.name == $name).address'
}
