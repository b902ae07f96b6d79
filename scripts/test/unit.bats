#!/usr/bin/env bats
# The Debian package under a systemd that this test boots in namespaces of its own, on a copy of this machine's file system
# that is gone afterwards: installed, started, restarted under load, killed, stopped, upgraded, removed. Needs root.

bats_require_minimum_version 1.5.0

# until_true
source "$BATS_TEST_DIRNAME/../lib/processes.sh"

setup_file() {
  export root=$BATS_FILE_TMPDIR/machine/root package guest=
  local above=$BATS_FILE_TMPDIR/machine
  if ! can_boot; then
    export missing="root, overlay mounts, unshare, nsenter and systemd are needed"
    return
  fi
  package=$("$BATS_TEST_DIRNAME/../package" --output "$BATS_FILE_TMPDIR")
  mkdir -p "$above"
  mount -t tmpfs -o size=2g tmpfs "$above"
  mkdir -p "$above"/{upper,work,root}
  mount -t overlay -o "lowerdir=/,upperdir=$above/upper,workdir=$above/work" overlay "$root"
  cp "$package" "$root/var/tmp/bellwether.deb"
  boot
}

teardown_file() {
  [[ -z ${missing-} ]] || return 0
  [[ -z $guest ]] || kill -s KILL "$guest" 2> /dev/null || true
  until_true 20 umount "$root" 2> /dev/null
  umount "$BATS_FILE_TMPDIR/machine"
}

setup() {
  [[ -z ${missing-} ]] || skip "$missing"
}

@test "the package installs, and starts nothing" {
  run -0 on_guest dpkg -i /var/tmp/bellwether.deb
  [[ $(on_guest systemctl is-enabled bellwether) == disabled ]]
  [[ $(on_guest systemctl is-active bellwether) == inactive ]]
  [[ $(on_guest stat -c %U:%a /var/lib/bellwether) == bellwether:750 ]]
}

@test "a node under the unit joins a cluster, and takes writes" {
  beside zookeeper zookeeper --port 2181 --data /var/lib/zookeeper
  for number in 2 3; do
    beside "n$number" -E "BELLWETHER_NODE=n$number" -E "BELLWETHER_DATA=/var/lib/n$number" \
      -E "BELLWETHER_HTTP_PORT=8${number}80" -E "BELLWETHER_ADMIN_PORT=8${number}81" \
      -E "BELLWETHER_ADVERTISED_URL=http://127.0.0.1:8${number}80" -E BELLWETHER_ZOOKEEPER=127.0.0.1:2181 \
      server /etc/bellwether/config.yml
  done
  printf '%s\n' BELLWETHER_NODE=n1 BELLWETHER_ZOOKEEPER=127.0.0.1:2181 | on_guest tee -a /etc/bellwether/bellwether.env
  on_guest systemctl enable --now bellwether
  in_sync 3
  [[ $(ask 8080 /v1/kv/greeting -X PUT -d hello -o /dev/null -w '%{http_code}') == 201 ]]
  [[ $(on_guest systemctl show -P User bellwether) == bellwether ]]
}

@test "a leader that is restarted hands over: nobody who writes elsewhere notices" {
  ask 8080 /v1/cluster/handoff -H 'Content-Type: application/json' -d '{"to":"n1"}'
  [[ $(ask 8280 /v1/cluster | jq -r .leader) == n1 ]]
  on_guest bash -c 'until [[ -e /run/enough ]]; do
    curl -s -m 10 -o /dev/null -w "%{http_code}\n" -X PUT -d x http://127.0.0.1:8280/v1/kv/busy; done' > "$BATS_TEST_TMPDIR/codes" &
  on_guest systemctl restart bellwether
  in_sync 3
  on_guest touch /run/enough
  wait
  [[ $(wc -l < "$BATS_TEST_TMPDIR/codes") -gt 20 ]]
  [[ $(grep -cv '^20[01]$' "$BATS_TEST_TMPDIR/codes") -eq 0 ]]
}

@test "what is killed is started again" {
  local before
  before=$(on_guest systemctl show -P MainPID bellwether)
  on_guest kill -s KILL "$before"
  until_true 30 restarted
  in_sync 3
  [[ $(on_guest systemctl show -P MainPID bellwether) != "$before" ]]
}

@test "a stop is a success, and leaves two in sync" {
  on_guest systemctl stop bellwether
  [[ $(on_guest systemctl show -P Result bellwether) == success ]]
  in_sync 2
  on_guest systemctl start bellwether
  in_sync 3
}

@test "an upgrade starts what ran, with its data" {
  local before
  before=$(on_guest systemctl show -P MainPID bellwether)
  run -0 on_guest dpkg -i /var/tmp/bellwether.deb
  in_sync 3
  [[ $(on_guest systemctl show -P MainPID bellwether) != "$before" ]]
  [[ $(ask 8080 /v1/kv/greeting) == hello ]]
}

@test "removing keeps configuration and data, purging deletes them" {
  run -0 on_guest dpkg -r bellwether
  [[ $output == *"are kept"* && $(on_guest systemctl is-active bellwether) == inactive ]]
  on_guest test -e /var/lib/bellwether/identity -a -e /etc/bellwether/bellwether.env
  run -0 on_guest dpkg -i /var/tmp/bellwether.deb
  on_guest systemctl start bellwether
  in_sync 3
  run -0 on_guest dpkg -P bellwether
  run -1 on_guest test -e /var/lib/bellwether -o -e /etc/bellwether
}

can_boot() {
  ((EUID == 0)) && command -v unshare nsenter dpkg-deb > /dev/null && [[ -x /lib/systemd/systemd ]] \
    && grep -qw overlay /proc/filesystems && unshare --pid --fork --mount --uts --ipc --net --cgroup true 2> /dev/null
}

# A first process, with nothing of this machine but its files; guest is its id here.
boot() {
  local outer
  # shellcheck disable=SC2016
  setsid unshare --pid --fork --mount --uts --ipc --net --cgroup bash -euc '
    root=$1
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    for folder in run tmp dev sys/fs/cgroup; do mount -t tmpfs tmpfs "$root/$folder"; done
    mkdir -p "$root"/sys/fs/cgroup/{systemd,unified} "$root"/dev/{shm,pts,mqueue,hugepages}
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd" \
      || mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    for device in null zero full random urandom tty; do
      touch "$root/dev/$device"
      mount --bind "/dev/$device" "$root/dev/$device"
    done
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    ip link set lo up
    container=bellwether exec chroot "$root" /lib/systemd/systemd --system --unit=basic.target' \
    boot "$root" < /dev/null > "$BATS_FILE_TMPDIR/boot.log" 2>&1 3>&- 4>&- &
  outer=$!
  until_true 10 pgrep -P "$outer" > /dev/null
  guest=$(pgrep -P "$outer")
  until_true 60 on_guest systemctl is-active -q basic.target
}

on_guest() {
  nsenter --target "$guest" --mount --uts --ipc --net --pid --cgroup --root --wd "$@"
}

# beside UNIT [-E NAME=VALUE]... COMMAND...: another process of the jar, in a unit of its own.
beside() {
  local unit=$1 settings=()
  shift
  while [[ $1 == -E ]]; do
    settings+=(-E "$2")
    shift 2
  done
  on_guest systemd-run --quiet --unit="$unit" "${settings[@]}" \
    java -Xmx256m -jar /usr/share/bellwether/bellwether.jar "$@"
}

# ask PORT PATH [ARGUMENT]...
ask() {
  local port=$1 path=$2
  shift 2
  on_guest curl -s -m 20 "http://127.0.0.1:$port$path" "$@"
}

# in_sync COUNT: waits until so many are.
in_sync() {
  until_true 90 are_in_sync "$1"
}

are_in_sync() {
  [[ $(ask 8280 /v1/cluster | jq '.inSync | length') == "$1" ]]
}

restarted() {
  [[ $(on_guest systemctl show -P NRestarts bellwether) == 1 ]]
}
