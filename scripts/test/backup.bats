#!/usr/bin/env bats
# Backups of a cluster of real processes, and a new cluster that begins with one.

bats_require_minimum_version 1.5.0

setup_file() {
  export scripts BELLWETHER_RUN=$BATS_FILE_TMPDIR/run kept=$BATS_FILE_TMPDIR/kept
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  unset BELLWETHER_URL
  cd /
  mkdir -p "$kept"
  timeout 180 "$scripts/cluster" start
  local key
  for key in {1..50}; do
    curl -sS --fail -o /dev/null -X PUT --data-binary "value $key" "$(address n1)/v1/kv/b/$key"
  done
}

teardown_file() {
  "$scripts/cluster" stop
  BELLWETHER_RUN=$BATS_FILE_TMPDIR/other "$scripts/cluster" stop
}

address() {
  "$scripts/cluster" status -o json | jq -r --arg name "$1" '.processes[] | select(.name == $name).address'
}

@test "a backup is saved from any node, says what it is, and is whole" {
  run -0 --separate-stderr "$scripts/backup" save "$kept/one" --url "$(address n2)"
  [[ $output == "saved $kept/one: cluster "*" up to index "*" from n2" ]]
  run -0 --separate-stderr "$scripts/backup" verify "$kept/one" -o json
  jq -e '.index >= 51 and .epoch >= 1 and .node == "n2" and .bytes > 0 and (.clusterId | length) == 36' <<< "$output"
  nothing_is_left_of one
}

# nothing_is_left_of FILE: of what a save was writing.
nothing_is_left_of() {
  [[ -z $(compgen -G "$kept/$1.part*") ]]
}

@test "nothing is written over a file, and nobody is unreachable" {
  echo mine > "$kept/mine"
  run -2 --separate-stderr "$scripts/backup" save "$kept/mine"
  [[ $stderr == *exists* && $(< "$kept/mine") == mine ]]
  run -5 --separate-stderr "$scripts/backup" save "$kept/nobody" --url http://127.0.0.1:1
  [[ $stderr == *"nobody answers"* && ! -e $kept/nobody ]]
  nothing_is_left_of nobody
}

@test "a backup that was cut off, changed, or never was one is refused" {
  "$scripts/backup" save "$kept/good" 2> /dev/null
  head -c -1 "$kept/good" > "$kept/short"
  run -2 --separate-stderr "$scripts/backup" verify "$kept/short"
  [[ $stderr == *"cut off"* && -z $output ]]
  cp "$kept/good" "$kept/changed"
  printf 'x' | dd of="$kept/changed" bs=1 seek=2000 conv=notrunc status=none
  run -2 --separate-stderr "$scripts/backup" verify "$kept/changed"
  [[ $stderr == *"can't be used"* ]]
  run -2 --separate-stderr "$scripts/backup" restore "$kept/changed" "$kept/new"
  [[ ! -e $kept/new ]]
  run -2 --separate-stderr "$scripts/backup" verify /etc/hostname
  [[ $stderr == *"can't be used"* ]]
}

@test "a directory with something in it is not restored into" {
  "$scripts/backup" save "$kept/again" 2> /dev/null
  mkdir -p "$kept/full"
  touch "$kept/full/something"
  run -2 --separate-stderr "$scripts/backup" restore "$kept/again" "$kept/full"
  [[ $stderr == *"not empty"* ]]
}

@test "a new cluster begins with a backup, and every key is there on every node" {
  local key
  "$scripts/backup" save "$kept/for-another" 2> /dev/null
  export BELLWETHER_RUN=$BATS_FILE_TMPDIR/other
  run -0 --separate-stderr "$scripts/backup" restore "$kept/for-another" "$BELLWETHER_RUN/data/n1"
  timeout 180 "$scripts/cluster" start --nodes 1
  timeout 180 "$scripts/cluster" start --nodes 3
  for key in {1..50}; do
    [[ $(curl -sS "$(address n3)/v1/kv/b/$key?consistency=local") == "value $key" ]]
  done
  [[ $("$scripts/status" -o json | jq -r .clusterId) != $("$scripts/backup" verify "$kept/for-another" -o json | jq -r .clusterId) ]]
  curl -sS --fail -o /dev/null -X PUT --data-binary more "$(address n2)/v1/kv/b/more"
}

@test "a backup that can't be brought to the disk is none" {
  mkdir -p "$kept/broken"
  printf '#!/bin/sh\nexit 1\n' > "$kept/broken/sync"
  chmod +x "$kept/broken/sync"
  PATH=$kept/broken:$PATH run -3 --separate-stderr "$scripts/backup" save "$kept/unsynced"
  [[ $stderr == *"could not be brought to the disk"* && ! -e $kept/unsynced ]]
  nothing_is_left_of unsynced
}

@test "what root restores into the service's directory is the service's" {
  ((EUID == 0)) || skip "needs root"
  "$scripts/backup" save "$kept/owned" 2> /dev/null
  mkdir "$kept/service"
  chown nobody "$kept/service"
  ln -s "$kept/service" "$kept/linked"
  "$scripts/backup" restore "$kept/owned" "$kept/linked" 2> /dev/null
  [[ -z $(find "$kept/service" ! -user nobody) && -e $kept/service/lock ]]
}

@test "a node that sends nothing is given the time that it needs, and no more; and nothing is left when it is interrupted" {
  local silent pid saving
  silent=$(address n2)
  pid=$("$scripts/cluster" status -o json | jq -r '.processes[] | select(.name == "n2").pid')
  kill -STOP "$pid"
  run --separate-stderr "$scripts/backup" save "$kept/silent" --url "$silent" --timeout 2s
  "$scripts/backup" save "$kept/interrupted" --url "$silent" &
  saving=$!
  until compgen -G "$kept/interrupted.part*" > /dev/null; do sleep 0.1; done
  kill -TERM "$saving"
  wait "$saving" || true
  kill -CONT "$pid"
  [[ $status == 3 && $stderr == *"sent nothing for 2s"* && ! -e $kept/silent ]]
  nothing_is_left_of silent
  nothing_is_left_of interrupted
}
