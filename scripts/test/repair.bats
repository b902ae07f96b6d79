#!/usr/bin/env bats
# Disks that are gone or damaged, in a cluster of real processes: found, rebuilt, replaced, and one node that goes on alone.

bats_require_minimum_version 1.5.0

setup_file() {
  export scripts BELLWETHER_RUN=$BATS_FILE_TMPDIR/run
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  unset BELLWETHER_URL
  # Whoever has ended is live for ZooKeeper for so long: the least that it grants.
  export BELLWETHER_SESSION_TIMEOUT=4s
  cd /
  timeout 180 "$scripts/cluster" start
}

teardown_file() {
  "$scripts/cluster" stop
}

@test "a node that is well is not replaced, and one that is heard is not recovered" {
  run -2 --separate-stderr "$scripts/replace" "$(follower)"
  [[ $stderr == *"there is nothing to replace"* && -z $output ]]
  run -2 --separate-stderr "$scripts/recover" "$(follower)" --yes-lose-data
  [[ $stderr == *"there is nothing to recover"* && -z $output ]]
  run -2 --separate-stderr "$scripts/recover" "$(leader)" --dry-run
  [[ $stderr == *"there is nothing to recover"* && $output == "record: epoch "*"kept: "*"lost: "* ]]
}

@test "all states are equal, on demand, at any node" {
  run -0 --separate-stderr "$scripts/verify"
  [[ ${lines[0]} == "after entry "*", epoch "* && $output == *"n1 "*" equal"*"n2 "*" equal"*"n3 "*" equal" ]]
  run -0 --separate-stderr "$scripts/verify" --url "$(address "$(follower)")" -o json
  jq -e '.equal and (.members | length) == 3 and ([.members[].digest] | unique | length) == 1' <<< "$output"
}

@test "who does not tell in time is told of" {
  local stopped pid url
  stopped=$(follower)
  url=$(address "$(leader)")
  pid=$(pid_of "$stopped")
  kill -STOP "$pid"
  run --separate-stderr "$scripts/verify" --timeout 1500ms --url "$url"
  kill -CONT "$pid"
  [[ $status -eq 3 ]]
  [[ $output == *"$stopped "*" unreachable"* && $stderr == *"could be compared within 1500ms"* ]]
}

@test "one flipped bit in the files of a stopped node is found, and the node is rebuilt by itself" {
  local node dir file size
  node=$(follower)
  dir=$BELLWETHER_RUN/data/$node
  run -2 --separate-stderr "$scripts/verify" "$dir"
  [[ $stderr == *"in use by another process"* ]]
  "$scripts/cluster" kill "$node"
  run -0 --separate-stderr "$scripts/verify" "$dir"
  [[ $output == "$dir is as it was written: store "*" of node $node, cluster "* ]]
  run -0 --separate-stderr "$scripts/verify" "$dir" -o json
  jq -e --arg node "$node" '.node == $node and .last.index >= .applied.index and .rows >= 0' <<< "$output"
  file=$(ls -S "$dir"/log/*.log | head -n 1)
  size=$(stat -c %s "$file")
  flip "$file" $((size / 2))
  run -2 --separate-stderr "$scripts/verify" "$dir"
  [[ $stderr == *"is damaged"* && -z $output ]]
  restart
  [[ -d $dir/aside/log ]]
  run -0 "$scripts/verify"
}

@test "nobody is unreachable, and a node that nobody knows is not found" {
  run -5 --separate-stderr "$scripts/replace" n2 --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers"* ]]
  run -5 --separate-stderr "$scripts/recover" n2 --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers"* ]]
  run -5 --separate-stderr "$scripts/recover" n9
  [[ $stderr == *"does not know where n9 is"* ]]
}

@test "a dead machine that nobody replaces in time is told" {
  local dead
  dead=$(follower)
  "$scripts/cluster" kill "$dead"
  run -3 --separate-stderr "$scripts/replace" "$dead" --timeout 2s
  [[ $stderr == *"Start $dead on another machine"*"not in sync after 2 s"* && -z $output ]]
  restart
}

@test "a node that comes back with what it had was not replaced" {
  local dead replacing status=0
  dead=$(follower)
  "$scripts/cluster" kill "$dead"
  "$scripts/replace" "$dead" --timeout 2m --url "$(address "$(leader)")" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" &
  replacing=$!
  told "$BATS_TEST_TMPDIR/err" "Start $dead on"
  restart
  wait "$replacing" || status=$?
  [[ $status -eq 2 && $(< "$BATS_TEST_TMPDIR/err") == *"$dead is back with the store that it had"* ]]
}

@test "a dead machine is replaced by an empty one, and the script says how long it took" {
  local dead replacing before
  dead=$(follower)
  before=$(store "$dead")
  "$scripts/cluster" kill "$dead"
  mv "$BELLWETHER_RUN/data/$dead" "$BATS_TEST_TMPDIR/dead"
  "$scripts/replace" "$dead" --timeout 2m --url "$(address "$(leader)")" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" &
  replacing=$!
  told "$BATS_TEST_TMPDIR/err" "Start $dead on"
  restart
  wait "$replacing"
  [[ $(< "$BATS_TEST_TMPDIR/out") == "$dead is in sync with a new store, $(store "$dead"), after "*" s" ]]
  [[ $(store "$dead") != "$before" ]]
  run -2 --separate-stderr "$scripts/replace" "$dead"
}

@test "two disks of three are gone, and the third goes on when the words are typed" {
  local survivor name epoch
  curl -sS --fail -o /dev/null -X PUT --data-binary kept "$(address n1)/v1/kv/kept"
  survivor=$(follower)
  for name in n1 n2 n3; do
    if [[ $name != "$survivor" ]]; then "$scripts/cluster" kill "$name"; fi
  done
  run -2 --separate-stderr "$scripts/recover" "$survivor" --yes-lose-data
  [[ $stderr == *"refused: "* && -z $output ]]
  for name in n1 n2 n3; do
    if [[ $name != "$survivor" ]]; then mv "$BELLWETHER_RUN/data/$name" "$BATS_TEST_TMPDIR/$name"; fi
  done
  until_possible "$survivor"
  run -0 --separate-stderr "$scripts/recover" "$survivor" --dry-run
  [[ $output == *"kept: what $survivor has"*"lost: everything that was acknowledged behind that"* ]]
  epoch=$("$scripts/recover" "$survivor" --dry-run -o json | jq .epoch)
  run -2 --separate-stderr "$scripts/recover" "$survivor" <<< "yes"
  [[ $stderr == *"the words were not typed; nothing was done"* ]]
  run -0 --separate-stderr "$scripts/recover" "$survivor" <<< "lose data"
  [[ $output == "$survivor leads alone, epoch $((epoch + 1)), in "*" ms" && $stderr == *"Type the words: lose data"* ]]
  [[ $(curl -sS "$(address "$survivor")/v1/cluster/history" | jq -r '.leaderships[0].cause') == recovered ]]
  restart
  for name in n1 n2 n3; do
    [[ $(curl -sS "$(address "$name")/v1/kv/kept?consistency=local") == kept ]]
  done
  curl -sS --fail -o /dev/null -X PUT --data-binary more "$(address n1)/v1/kv/more"
  run -2 --separate-stderr "$scripts/recover" "$survivor" --yes-lose-data
}

leader() {
  "$scripts/status" -o json | jq -r .leader
}

follower() {
  "$scripts/status" -o json | jq -r 'first(.members[] | select(.role == "follower" and .inSync)).node'
}

store() {
  "$scripts/status" -o json | jq -r --arg node "$1" '.inSync[] | select(.node == $node).store'
}

address() {
  "$scripts/cluster" status -o json | jq -r --arg name "$1" '.processes[] | select(.name == $name).address'
}

pid_of() {
  "$scripts/cluster" status -o json | jq -r --arg name "$1" '.processes[] | select(.name == $name).pid'
}

# flip FILE PLACE: one bit of the byte there is another one.
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  # shellcheck disable=SC2059
  printf "\\x$(printf %02x $((byte ^ 4)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Starts what does not run, and waits until all three are in sync.
restart() {
  timeout 180 "$scripts/cluster" start > /dev/null
}

# told FILE TEXT: waits until it is said.
told() {
  local deadline=$((SECONDS + 30))
  until grep -qF "$2" "$1"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# until_possible NODE: waits until ZooKeeper has closed the sessions of those that are gone.
until_possible() {
  local deadline=$((SECONDS + 60))
  until "$scripts/recover" "$1" --dry-run > /dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.5
  done
}
