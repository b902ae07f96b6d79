# shellcheck shell=bash
# Processes that outlive the script which starts them, each known by its id and its start time, so that only what was
# started here is ever ended. To be sourced after talk.sh.
#
# $run/processes/NAME holds one line: PID START ADDRESS

# launch NAME ADDRESS COMMAND...: starts COMMAND in a session of its own, without the caller's streams.
launch() {
  local name=$1 address=$2 pid
  shift 2
  mkdir -p "$run/processes" "$run/logs"
  (
    close_inherited_files
    cd "$run" || exit
    exec setsid "$@" < /dev/null >> "$run/logs/$name.log" 2>&1
  ) &
  pid=$!
  printf '%s %s %s\n' "$pid" "$(start_time "$pid")" "$address" > "$run/processes/$name"
}

# A caller's pipe closes only when nobody holds it any more.
close_inherited_files() {
  local file
  for file in "/proc/$BASHPID/fd/"*; do
    file=${file##*/}
    ((file > 2)) && eval "exec $file>&-"
  done
  return 0
}

# start_time PID: in ticks since boot, or nothing when it doesn't run. A process id is used again one day; the pair isn't.
start_time() {
  local stat fields
  { stat=$(< "/proc/$1/stat"); } 2> /dev/null || return 0
  read -ra fields <<< "${stat##*) }"
  if [[ ${fields[0]} != Z ]]; then echo "${fields[19]}"; fi
}

launched() {
  local file
  for file in "$run"/processes/*; do
    if [[ -f $file ]]; then echo "${file##*/}"; fi
  done
}

# The three fields of a process's line; empty when it was never started.
pid_of() { field_of "$1" 1; }
address_of() { field_of "$1" 3; }
field_of() {
  [[ -f $run/processes/$1 ]] && cut -d ' ' -f "$2" "$run/processes/$1"
}

runs() {
  local pid start
  [[ -f $run/processes/$1 ]] || return 1
  read -r pid start _ < "$run/processes/$1" || return 1
  [[ -n $start && $(start_time "$pid") == "$start" ]]
}

# signal SIGNAL NAME: to a process that runs; a note that it is gone otherwise.
signal() {
  runs "$2" && kill -s "$1" "$(pid_of "$2")" 2> /dev/null
}

# end SECONDS NAME...: asks all of them to stop, and kills what is left after SECONDS.
end() {
  local patience=$1 name
  shift
  for name in "$@"; do signal TERM "$name" || true; done
  until_true "$patience" none_runs "$@" || true
  for name in "$@"; do
    if signal KILL "$name"; then say "$name didn't stop within $patience s and was killed."; fi
  done
  until_true 5 none_runs "$@" || true
  for name in "$@"; do rm -f "$run/processes/$name"; done
}

none_runs() {
  local name
  for name in "$@"; do if runs "$name"; then return 1; fi; done
}

# until_true SECONDS CONDITION...: waits for it so long.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# next_free_port FROM: sets $port to the first port from FROM on that nobody listens on and that wasn't given out before.
next_free_port() {
  port=$1
  while [[ " ${given_ports:-} " == *" $port "* ]] || port_is_taken "$port"; do
    ((++port < 32768)) || fail "$USAGE" "no port is free between $1 and 32767"
  done
  given_ports+=" $port"
}

port_is_taken() {
  (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}
