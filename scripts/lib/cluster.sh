# shellcheck shell=bash
# A ZooKeeper and several nodes on loopback, below $run. To be sourced after talk.sh, processes.sh and http.sh.
#
# $jar is what runs, $java runs it, $java_flags say how.

# A node that starts beside others on a busy machine needs about ten seconds.
readonly PATIENCE=${BELLWETHER_START_PATIENCE:-90}
# SIGTERM ends a node within 30 s.
readonly STOP_PATIENCE=35

# start_cluster NODES: starts what doesn't run of ZooKeeper and n1 to nNODES, and waits until all are in sync.
start_cluster() {
  local count=$1 index
  just_started=()
  take_jar
  start_zookeeper
  for ((index = 1; index <= count; index++)); do
    if ! runs "n$index"; then start_node "$index" "$count"; fi
  done
  if ((${#just_started[@]})); then say "Waiting for ${just_started[*]} ..."; fi
  until_true "$PATIENCE" cluster_answers "$count" || give_up "the cluster didn't come up within $PATIENCE s"
}

# The nodes run a copy: building again must not pull the classes from under their feet.
take_jar() {
  local copy=$run/bellwether.jar
  if older_build_runs; then
    say "Note: what runs goes on with an older build; scripts/cluster stop and start takes the new one."
  fi
  if ! cmp -s "$jar" "$copy"; then
    cp "$jar" "$copy.new"
    mv "$copy.new" "$copy"
  fi
}

older_build_runs() {
  runs_anything && ! cmp -s "$jar" "$run/bellwether.jar"
}

start_zookeeper() {
  local port
  if runs zookeeper; then return; fi
  # Nodes that still run know the old port.
  if runs_anything; then
    port=$(address_of zookeeper) || fail "$REFUSED" "nodes run, and nothing says any more on which port their ZooKeeper" \
      "was (scripts/cluster stop, then start)"
    port=${port##*:}
  else
    next_free_port 2181
  fi
  say "Starting a ZooKeeper on 127.0.0.1:$port ..."
  # shellcheck disable=SC2154,SC2086
  launch zookeeper "127.0.0.1:$port" "$java" $quick_flags -Xmx128m -jar "$run/bellwether.jar" \
    zookeeper --port "$port" --data "$run/data/zookeeper"
  just_started+=(zookeeper)
  until_true "$PATIENCE" zookeeper_answers "$port" || give_up "ZooKeeper didn't come up within $PATIENCE s"
}

# start_node INDEX COUNT [PORT]
start_node() {
  local name=n$1 data=$run/data/n$1 port http admin alone=()
  next_free_port "${3:-$((8080 + 2 * ($1 - 1)))}"
  http=$port
  next_free_port $((http + 1))
  admin=$port
  # One node can't have the two in-sync replicas that a new cluster asks for.
  if (($2 == 1)) && [[ ! -d $data ]]; then alone=(BELLWETHER_MIN_IN_SYNC="${BELLWETHER_MIN_IN_SYNC:-1}"); fi
  # shellcheck disable=SC2154,SC2086
  launch "$name" "http://127.0.0.1:$http" env \
    -u BELLWETHER_PEER_URLS -u BELLWETHER_PEER_SECRET -u BELLWETHER_TOKENS_FILE \
    BELLWETHER_NODE="$name" BELLWETHER_CLUSTER=trial BELLWETHER_DATA="$data" BELLWETHER_BIND=127.0.0.1 \
    BELLWETHER_HTTP_PORT="$http" BELLWETHER_ADMIN_PORT="$admin" BELLWETHER_ADVERTISED_URL="http://127.0.0.1:$http" \
    BELLWETHER_ZOOKEEPER="$(address_of zookeeper)" "${alone[@]}" \
    "$java" $java_flags -jar "$run/bellwether.jar" server "$home/config.yml"
  just_started+=("$name")
}

# give_up REASON: what was just started is ended again; its logs stay.
give_up() {
  local name
  for name in "${just_started[@]}"; do
    if runs "$name"; then continue; fi
    say "$name ended by itself. The end of $run/logs/$name.log:"
    tail -n 5 "$run/logs/$name.log" >&2
  done
  end "$STOP_PATIENCE" "${just_started[@]}"
  fail "$NO_LEADER" "$1. The logs are in $run/logs"
}

zookeeper_answers() {
  runs zookeeper || give_up "ZooKeeper didn't start"
  port_is_taken "$1"
}

# cluster_answers COUNT: there is a leader, COUNT replicas are in sync, and every node sees it so. Gives up at once when
# a process ended.
cluster_answers() {
  local index name view found
  for ((index = 1; index <= $1; index++)); do
    name=n$index
    runs "$name" || give_up "$name didn't start"
    view=$(http_get "$(address_of "$name")/v1/cluster") || return
    [[ $view =~ \"leader\"\ *:\ *\" ]] || return
    found=$(grep -oE '"inSync" *: *true' <<< "$view" | wc -l)
    ((found >= $1)) || return
    http_get "$(address_of "$name")/v1/node/ready" > /dev/null || return
  done
}

nodes() {
  launched | grep '^n[0-9]' || true
}

# How many nodes this cluster has had. One of them may have lost its data.
nodes_with_data() {
  local count=0 index
  for index in {1..9}; do
    if [[ -d $run/data/n$index || -f $run/processes/n$index ]]; then count=$index; fi
  done
  echo "$count"
}

runs_a_node() {
  local name
  for name in $(nodes); do if runs "$name"; then return; fi; done
  return 1
}

runs_anything() {
  runs_a_node || runs zookeeper
}

stop_cluster() {
  local names
  mapfile -t names < <(nodes)
  end "$STOP_PATIENCE" "${names[@]}"
  end "$STOP_PATIENCE" zookeeper
}

# Two starts at once would take each other's ports.
only_one_at_a_time() {
  need flock util-linux
  exec {lock}> "$run/lock"
  flock --wait 180 "$lock" || fail "$REFUSED" "another script has been starting or stopping a cluster for 3 minutes"
}
