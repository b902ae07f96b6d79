# shellcheck shell=bash
# Three members of etcd on loopback, to measure beside. To be sourced after talk.sh, processes.sh and http.sh.

# start_etcd: launches etcd1 to etcd3 with their data below $run/data.
start_etcd() {
  local index port client=() peer=() members=() joined
  for index in 1 2 3; do
    next_free_port $((12379 + 2 * index))
    client+=("http://127.0.0.1:$port")
    next_free_port $((port + 1))
    peer+=("http://127.0.0.1:$port")
    members+=("etcd$index=${peer[-1]}")
  done
  joined=$(IFS=,; echo "${members[*]}")
  say "Starting three members of etcd ..."
  just_started=()
  for index in 1 2 3; do
    launch "etcd$index" "${client[index - 1]}" etcd --name "etcd$index" --data-dir "$run/data/etcd$index" \
      --listen-client-urls "${client[index - 1]}" --advertise-client-urls "${client[index - 1]}" \
      --listen-peer-urls "${peer[index - 1]}" --initial-advertise-peer-urls "${peer[index - 1]}" \
      --initial-cluster "$joined" --initial-cluster-state new --initial-cluster-token bench \
      --logger zap --log-level warn
    just_started+=("etcd$index")
  done
  until_true 30 etcd_answers || give_up "etcd didn't come up within 30 s"
}

etcd_answers() {
  local index
  for index in 1 2 3; do
    runs "etcd$index" || give_up "etcd$index didn't start"
    [[ $(http_get "$(address_of "etcd$index")/health") == *true* ]] || return
  done
}
