#!/usr/bin/env bats
# A cluster of real processes that an operator moves about: hand-off, force, drain, rolling restart, and the refusals.

bats_require_minimum_version 1.5.0

setup_file() {
  export scripts BELLWETHER_RUN=$BATS_FILE_TMPDIR/run
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  unset BELLWETHER_URL
  # A leader that hangs shall not be replaced before it is asked, however busy the machine is.
  export BELLWETHER_LEADER_TIMEOUT=5s BELLWETHER_EVICT_AFTER=10s
  cd /
  timeout 180 "$scripts/cluster" start
}

teardown_file() {
  "$scripts/cluster" stop
}

@test "leadership moves, and the answer says where to" {
  local before
  before=$(leader)
  run -0 --separate-stderr "$scripts/handoff"
  [[ $output == "leadership moved from $before to n"[123]", epoch "* ]]
  [[ $(leader) != "$before" ]]
}

@test "leadership moves to the node that is named, as JSON, asked at any node" {
  local target
  target=$(follower)
  run -0 --separate-stderr "$scripts/handoff" --to "$target" --url "$(address n3)" -o json
  jq -e --arg to "$target" '.to == $to and .from != $to and .epoch > 1 and .millis > 0 and .dryRun == false' <<< "$output"
  [[ $(leader) == "$target" ]]
  run -0 --separate-stderr "$scripts/handoff" --to "$target" -o json
  jq -e '.millis == 0' <<< "$output"
}

@test "a dry run moves nothing" {
  local before epoch
  before=$(leader)
  epoch=$("$scripts/status" -o json | jq .epoch)
  run -0 --separate-stderr "$scripts/handoff" --dry-run
  [[ $output == "leadership could move from $before to n"* ]]
  [[ $("$scripts/status" -o json | jq .epoch) == "$epoch" ]]
}

@test "what cannot be is refused with the reason" {
  run -2 --separate-stderr "$scripts/handoff" --to n9
  [[ $stderr == *"There is no node n9"* && -z $output ]]
  run -2 --separate-stderr "$scripts/handoff" --epoch 999
  [[ $stderr == *"The epoch is "*", not 999"* ]]
  run -2 --separate-stderr "$scripts/handoff" --epoch 999 --force
  [[ $stderr == *"The epoch is "*", not 999"* ]]
}

@test "a wrong argument is named, and nobody is unreachable" {
  run -1 "$scripts/handoff" --to 'n 1'
  [[ $output == *--to* ]]
  run -1 "$scripts/handoff" --epoch x
  [[ $output == *--epoch* ]]
  run -1 "$scripts/handoff" --timeout soon
  [[ $output == *--timeout* ]]
  run -5 --separate-stderr "$scripts/handoff" --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers"* ]]
  run -5 --separate-stderr "$scripts/handoff" --url htp://127.0.0.1:1
  [[ $stderr == *"nobody answers"* ]]
}

@test "a leader that hangs answers nothing, and is replaced by force" {
  local hung pid other
  settled
  hung=$(leader)
  other=$(follower)
  pid=$("$scripts/cluster" status -o json | jq -r --arg name "$hung" '.processes[] | select(.name == $name).pid')
  kill -STOP "$pid"
  run --separate-stderr "$scripts/handoff" --force --to "$other" --url "$(address "$other")" -o json
  kill -CONT "$pid"
  [[ $status -eq 0 ]]
  jq -e --arg from "$hung" --arg to "$other" '.from == $from and .to == $to' <<< "$output"
}

@test "when nobody knows what became of it, the exit code says so" {
  local hung pid other
  settled
  hung=$(leader)
  other=$(follower)
  pid=$("$scripts/cluster" status -o json | jq -r --arg name "$hung" '.processes[] | select(.name == $name).pid')
  kill -STOP "$pid"
  run --separate-stderr "$scripts/handoff" --timeout 500ms --url "$(address "$other")"
  kill -CONT "$pid"
  printf '%s\n' "hung: $hung" "status: $status" "$output" "$stderr"
  [[ $status -eq 3 && $stderr == *"nobody knows"* ]]
}

@test "a node that is drained leads no more and is out of the set until it returns" {
  local drained url
  settled
  drained=$(leader)
  url=$(address "$drained")
  in_sync 3
  run -0 --separate-stderr "$scripts/drain" "$drained" --url "$(address "$(follower)")"
  [[ $output == "$drained is drained: "* ]]
  [[ $(leader) != "$drained" ]]
  run -0 "$scripts/status" --url "$url" -o json
  jq -e --arg node "$drained" '[.inSync[].node] | index($node) == null' <<< "$output"
  run -2 --separate-stderr "$scripts/handoff" --to "$drained"
  [[ $stderr == *"$drained is not in sync"* ]]
  run -0 --separate-stderr "$scripts/resume" "$drained" -o json
  jq -e --arg node "$drained" '.node == $node and .drained == false' <<< "$output"
  in_sync 3
}

@test "while automation is off a dead leader is not replaced, and then it is" {
  local dead epoch url
  settled
  dead=$(leader)
  url=$(address "$(follower)")
  epoch=$("$scripts/status" -o json | jq .epoch)
  run -0 --separate-stderr "$scripts/pause" --url "$url"
  [[ $output == "paused: "* ]]
  run -0 "$scripts/pause" --url "$url" -o json
  [[ $output == '{"paused":true}' ]]
  [[ $("$scripts/status") == *paused* ]]
  "$scripts/cluster" kill "$dead"
  sleep 8 # longer than the leader timeout of this cluster
  run -5 --separate-stderr "$scripts/status" --url "$url" -o json
  jq -e --argjson epoch "$epoch" '.leader == null and .epoch == $epoch and .paused' <<< "$output"
  run -0 --separate-stderr "$scripts/pause" --end --url "$url"
  [[ $output == "automation is on again" ]]
  timeout 180 "$scripts/cluster" start > /dev/null
  in_sync 3
  [[ $("$scripts/status" -o json | jq '.epoch') -gt $epoch && $("$scripts/status") != *paused* ]]
}

@test "a pause that nobody can make is refused" {
  run -5 --separate-stderr "$scripts/pause" --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers"* ]]
  run -1 "$scripts/drain"
  [[ $output == *"which NODE"* ]]
  run -5 --separate-stderr "$scripts/drain" n9
  [[ $stderr == *"does not know where n9 is"* ]]
}

@test "the history tells who led and why" {
  local history
  run -0 --separate-stderr "$scripts/history" --limit 2
  [[ ${lines[0]} == "EPOCH "*"PAUSE" && ${#lines[@]} -eq 3 ]]
  history=$("$scripts/history" -o json)
  jq -e '.leaderships | length > 3 and .[-1].cause == "bootstrap" and .[0].ended == null
    and any(.[]; .cause == "hand-off" and .writePauseMillis != null) and any(.[]; .cause == "forced")' <<< "$history"
}

@test "a rolling restart gives each node another process, and leaves all in sync" {
  local before after
  in_sync 3
  before=$(pids)
  run -0 --separate-stderr timeout 300 "$scripts/rolling-restart" -o json
  jq -e '[.restarted[].node] | sort == ["n1", "n2", "n3"]' <<< "$output"
  after=$(pids)
  [[ $(sort -u <<< "$before"$'\n'"$after" | wc -l) -eq 6 ]]
  in_sync 3
}

@test "a rolling restart without ZooKeeper is refused, for nobody could leave the set or come back" {
  local before
  before=$(pids)
  kill -KILL "$("$scripts/cluster" status -o json | jq -r '.processes[] | select(.name == "zookeeper").pid')"
  until [[ $("$scripts/status" -o json | jq -r .zookeeper.state) != connected ]]; do sleep 0.2; done
  run -2 --separate-stderr "$scripts/rolling-restart"
  [[ $stderr == *"see ZooKeeper"* && $(pids) == "$before" ]]
  timeout 180 "$scripts/cluster" start > /dev/null
}

@test "a rolling restart of a cluster that is not whole is refused" {
  "$scripts/cluster" kill "$(follower)"
  run -2 --separate-stderr "$scripts/rolling-restart"
  [[ $stderr == *"not all 3 nodes"* ]]
}

leader() {
  "$scripts/status" -o json | jq -r .leader
}

follower() {
  "$scripts/status" -o json | jq -r 'first(.members[] | select(.role == "follower" and .inSync)).node'
}

# in_sync COUNT: waits until so many are.
in_sync() {
  local deadline=$((SECONDS + 60))
  until [[ $("$scripts/status" -o json | jq '.inSync | length') == "$1" ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# Waits until all nodes take the same one for the leader, and all are in sync.
settled() {
  local deadline=$((SECONDS + 60)) name told
  while true; do
    told=$(for name in n1 n2 n3; do "$scripts/status" --url "$(address "$name")" -o json | jq -r .leader || true; done)
    if [[ $told != *null* && $(wc -l <<< "$told") -eq 3 && $(sort -u <<< "$told" | wc -l) -eq 1 ]]; then break; fi
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
  in_sync 3
}

address() {
  "$scripts/cluster" status -o json | jq -r --arg name "$1" '.processes[] | select(.name == $name).address'
}

pids() {
  "$scripts/cluster" status -o json | jq -r '.processes[] | select(.name != "zookeeper").pid'
}
