# shellcheck shell=bash
# Enough of HTTP to wait for nodes of our own on this machine, without curl. To be sourced.

# http_get URL [SECONDS]: the body of a 200 answer; fails on everything else.
http_get() {
  local answer
  answer=$(timeout "${2:-3}" bash -c "$exchange" - "$1") || return
  [[ $answer =~ ^HTTP/1\.[01]\ 200\  ]] || return
  printf '%s\n' "${answer#*$'\r\n\r\n'}"
}

# In a process of its own, so that it can be given up. HTTP/1.0: the body ends with the connection.
# shellcheck disable=SC2016
readonly exchange='
  rest=${1#http://}
  authority=${rest%%/*}
  { exec 3<> "/dev/tcp/${authority%:*}/${authority##*:}"; } 2> /dev/null || exit
  printf "GET /%s HTTP/1.0\r\nHost: %s\r\nAccept: application/json\r\n\r\n" "${rest#*/}" "$authority" >&3
  cat <&3'
