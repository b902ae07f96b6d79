# shellcheck shell=bash
# Network namespaces for the machines of a run of chaos, and one for whoever watches them, all joined by a bridge in the
# last one: nothing of it is seen from the network of this machine. To be sourced after talk.sh. Needs root and iproute2.

# The addresses are 198.18.0.1 to .6, in this order, and .254 for the watcher.
readonly MACHINES=(n1 n2 n3 z1 z2 z3)

can_make_namespaces() {
  ((EUID == 0)) && command -v ip > /dev/null || return
  local probe=bellwether-probe-$$
  ip netns add "$probe" 2> /dev/null && ip netns delete "$probe" 2> /dev/null
}

# make_namespaces BEGIN: makes BEGIN-watch and BEGIN-MACHINE for each machine.
make_namespaces() {
  local begin=$1 watch=$1-watch machine number=0
  ip netns add "$watch"
  ip -n "$watch" link set lo up
  ip -n "$watch" link add flock type bridge forward_delay 0
  ip -n "$watch" address add 198.18.0.254/24 dev flock
  ip -n "$watch" link set flock up
  for machine in "${MACHINES[@]}"; do
    ((++number))
    ip netns add "$begin-$machine"
    ip -n "$begin-$machine" link set lo up
    ip -n "$watch" link add "to-$machine" type veth peer name eth0 netns "$begin-$machine"
    ip -n "$watch" link set "to-$machine" master flock up
    ip -n "$begin-$machine" address add "198.18.0.$number/24" dev eth0
    ip -n "$begin-$machine" link set eth0 up
  done
}

# remove_namespaces BEGIN: whatever runs in them is killed, by its id; then they are taken away.
remove_namespaces() {
  local machine pid
  for machine in "${MACHINES[@]}" watch; do
    [[ -e /run/netns/$1-$machine ]] || continue
    for pid in $(ip netns pids "$1-$machine" 2> /dev/null); do
      kill -s KILL "$pid" 2> /dev/null || true
    done
    ip netns delete "$1-$machine" || true
  done
}
