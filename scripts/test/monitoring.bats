#!/usr/bin/env bats
# What Prometheus and Grafana are given, against a real Prometheus that scrapes a real cluster: each query of the dashboard
# finds something, and each alert can be evaluated and is quiet while all is well.

bats_require_minimum_version 1.5.0

setup_file() {
  export scripts deploy prometheus BELLWETHER_RUN=$BATS_FILE_TMPDIR/run watch=http://127.0.0.1:9099
  scripts=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
  deploy=$scripts/../service/src/deploy
  unset BELLWETHER_URL
  cd /
  timeout 180 "$scripts/cluster" start
  jq -n --arg rules "$deploy/prometheus/bellwether.rules.yml" --argjson targets "$(admin_addresses)" '{
    global: {scrape_interval: "1s", evaluation_interval: "1s"}, rule_files: [$rules],
    scrape_configs: [{job_name: "bellwether", metrics_path: "/prometheus", static_configs: [{targets: $targets}]}]}' \
    > "$BATS_FILE_TMPDIR/prometheus.yml"
  prometheus --config.file="$BATS_FILE_TMPDIR/prometheus.yml" --storage.tsdb.path="$BATS_FILE_TMPDIR/series" \
    --web.listen-address="${watch#http://}" > "$BATS_FILE_TMPDIR/prometheus.log" 2>&1 3>&- &
  prometheus=$!
  write_for_a_while
  "$scripts/handoff" > /dev/null
  write_for_a_while
}

teardown_file() {
  kill "$prometheus" || true
  "$scripts/cluster" stop
}

@test "all three nodes are scraped" {
  [[ $(ask query --data-urlencode 'query=sum(up{job="bellwether"})' | jq -r '.data.result[0].value[1]') == 3 ]]
}

@test "each query of the dashboard finds something" {
  local query
  while read -r query; do
    query=${query//\$__rate_interval/1m}
    query=${query//\$job/bellwether}
    echo "$query"
    [[ $query != *\$* ]]
    [[ $(ask query --data-urlencode "query=$query" | jq '.data.result | length') -gt 0 ]]
  done < <(jq -r '.. | .expr? | strings' "$deploy/grafana/bellwether.json")
}

@test "each alert can be evaluated, and none fires" {
  local rules
  rules=$(ask rules | jq '[.data.groups[].rules[]]')
  jq -e 'length > 10 and all(.[]; .health == "ok")' <<< "$rules"
  jq -r '.[] | select(.state == "firing") | .name' <<< "$rules"
  jq -e 'all(.[]; .state != "firing")' <<< "$rules"
}

# The addresses of metrics, as a JSON array: each node was told its port.
admin_addresses() {
  local pid
  for pid in $("$scripts/cluster" status -o json | jq -r '.processes[] | select(.name != "zookeeper").pid'); do
    tr '\0' '\n' < "/proc/$pid/environ" | sed -n 's/^BELLWETHER_ADMIN_PORT=/127.0.0.1:/p'
  done | jq -nRc '[inputs]'
}

write_for_a_while() {
  local url i
  for i in {1..50}; do
    for url in $("$scripts/cluster" status -o json | jq -r '.processes[] | select(.name != "zookeeper").address'); do
      curl -s -o /dev/null -X PUT -d "$i" "$url/v1/kv/watched"
    done
  done
  sleep 3
}

# ask query|rules [ARGUMENT...]
ask() {
  curl -s --get "$watch/api/v1/$1" "${@:2}"
}
