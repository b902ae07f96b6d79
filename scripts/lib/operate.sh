# shellcheck shell=bash
# What operators' scripts send to a node, with curl. To be sourced after talk.sh.

# post URL TIMEOUT JSON: the answer's body, and the status in a last line; 000 when nothing was sent, 001 when something
# was, and no whole answer came.
post() {
  send POST "$1" "$2" --header 'Content-Type: application/json' --data-binary "$3"
}

# send METHOD URL TIMEOUT [CURL-ARGUMENT...]: the same with another method.
send() {
  local answer sent status code=0
  answer=$(curl --silent --connect-timeout 5 --max-time "$(($(seconds_of "$3") + 5))" --request "$1" \
    --header "Bellwether-Timeout: $3" --write-out '\n%{size_request} %{http_code}' "${@:4}" "$2") || code=$?
  read -r sent status <<< "${answer##*$'\n'}"
  if ((code == 0)); then
    printf '%s\n%s' "${answer%$'\n'*}" "$status"
  elif [[ $sent == 0 ]]; then
    printf '\n000'
  else
    printf '\n001'
  fi
}

seconds_of() {
  case $1 in
    *ms) echo $((${1%ms} / 1000 + 1)) ;;
    *s) echo "${1%s}" ;;
    *m) echo $((${1%m} * 60)) ;;
  esac
}

# check_post URL ANSWER [reads]: ends the script unless the status is 200. What only reads leaves nothing in doubt.
check_post() {
  local status=${2##*$'\n'} body=${2%$'\n'*} reads=${3:-} detail
  [[ $status == 200 ]] && return
  detail=$(field detail "$body")
  case $status in
    000) fail "$NO_LEADER" "nobody answers at $1 (is the cluster running? scripts/cluster start)" ;;
    001)
      [[ ! $reads ]] || fail "$NO_LEADER" "$1 took the question and did not answer; nothing was changed. Ask another node"
      fail "$UNKNOWN" "$1 took the request and did not answer: nobody knows what became of it" ;;
    5??) [[ ! $reads ]] || fail "$NO_LEADER" "nothing was changed: ${detail:-$body}" ;;
    401 | 403) fail "$NOT_ALLOWED" "$1 doesn't allow it: ${detail:-$body}" ;;
    4??) fail "$REFUSED" "refused: ${detail:-$body}" ;;
  esac
  if [[ $(field outcome "$body") == none ]]; then
    fail "$NO_LEADER" "nothing was done: ${detail:-$body}"
  fi
  fail "$UNKNOWN" "nobody knows what became of it: ${detail:-$body}"
}

# duty drain|resume ARGUMENT...: what scripts/drain and scripts/resume do.
duty() {
  local verb=$1 url=${BELLWETHER_URL:-} output=text timeout=10s node='' answer found
  shift
  while (($#)); do
    case $1 in
      --url) url=$(value_of "$1" $# "${2:-}") || exit; shift 2 ;;
      --timeout) timeout=$(value_of "$1" $# "${2:-}") || exit; shift 2 ;;
      -o) output=$(value_of "$1" $# "${2:-}") || exit; shift 2 ;;
      -h | --help) help; return ;;
      -*) usage "unknown argument '$1'" ;;
      *)
        [[ -z $node ]] || usage "one node at a time, not '$node' and '$1'"
        node=$1; shift ;;
    esac
  done
  [[ $node =~ ^[A-Za-z0-9._-]{1,64}$ ]] || usage "which NODE? its id, not '$node'"
  check_output "$output"
  check_timeout "$timeout"
  need curl curl
  url=$(address_for "$node" "$url") || exit
  found=$(field node "$(view_of "$url")") || true
  [[ -z $found || $found == "$node" ]] || fail "$REFUSED" "at $url is $found, not $node: nothing was done"
  answer=$(post "$url/v1/node/$verb" "$timeout" '{}')
  check_post "$url" "$answer"
  answer=${answer%$'\n'*}
  if [[ $output == json ]]; then
    printf '%s\n' "$answer"
  elif [[ $(field drained "$answer") == true ]]; then
    printf '%s is drained: it neither leads nor stands in the in-sync set, and its clients are served\n' "$node"
  elif [[ $verb == resume ]]; then
    printf '%s is on duty again, and joins the in-sync set when it is level\n' "$node"
  fi
  if [[ $verb == drain && $(field drained "$answer") != true ]]; then
    fail "$REFUSED" "$node is not drained: $(field detail "$answer") It goes on trying until scripts/resume $node"
  fi
}

# check_timeout VALUE
check_timeout() {
  [[ $1 =~ ^([1-9][0-9]{0,4})(ms|s|m)$ ]] || usage "--timeout is a duration such as 500ms or 30s, not '$1'"
}

# check_patience TIMEOUT EXAMPLE: whether a script that waits itself can wait so long.
check_patience() {
  [[ $1 =~ ^[1-9][0-9]{0,4}[sm]$ ]] || usage "--timeout is a duration such as 90s or $2, not '$1'"
}

# field NAME JSON: a text or number of a flat object; nothing if it isn't there.
field() {
  local pattern="\"$1\" *: *(\"(([^\"\\\\]|\\\\.)*)\"|([0-9]+|true|false))"
  if [[ $2 =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[2]}${BASH_REMATCH[4]}"; fi
}

# A node that runs of the cluster that was started last.
last_started() {
  local name
  if [[ -f $run/last ]]; then
    for name in $(nodes); do
      if runs "$name"; then address_of "$name"; return; fi
    done
  fi
  echo http://127.0.0.1:8080
}

# view_of URL: the cluster as the node there sees it, as JSON.
view_of() {
  curl --silent --fail --connect-timeout 5 --max-time 10 --header 'Accept: application/json' "$1/v1/cluster"
}

# stores_of NODE VIEW: a line for each store that the node has had and the cluster knows of: STORE IN-SYNC REACHABLE
# LAST-INDEX APPLIED-INDEX
stores_of() {
  local member
  while read -r member; do
    if [[ $(field node "$member") == "$1" && -n $(field role "$member") ]]; then
      printf '%s %s %s %s %s\n' "$(field store "$member")" "$(field inSync "$member")" "$(field reachable "$member")" \
        "$(or_dash "$(field lastIndex "$member")")" "$(or_dash "$(field appliedIndex "$member")")"
    fi
  done < <(grep -o '{[^{}]*}' <<< "$2")
}

or_dash() {
  printf '%s' "${1:--}"
}

# address_for NODE [URL]: where the node is: as scripts/cluster started it, or as the one at URL says.
address_for() {
  local name=$1 url=${2%/} view member
  if [[ -z $url ]]; then
    if runs "$name"; then address_of "$name"; return; fi
    url=$(last_started)
  fi
  view=$(view_of "$url") || fail "$NO_LEADER" "nobody answers at $url (is the node running?)"
  while read -r member; do
    if [[ $(field node "$member") == "$name" && -n $(field url "$member") ]]; then
      field url "$member"
      return
    fi
  done < <(grep -o '{[^{}]*}' <<< "$view")
  fail "$NO_LEADER" "$url does not know where $name is: it does not run, or ZooKeeper does not list it"
}
