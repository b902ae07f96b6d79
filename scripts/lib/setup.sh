# shellcheck shell=bash
# What every script starts with. Sets $home, the repository, and $run, where a trial cluster keeps what it has.
set -euo pipefail

home=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034
run=${BELLWETHER_RUN:-$home/.run}
if [[ $run != /* ]]; then run=$PWD/$run; fi
# Quick to start, slow under load: right for trials.
# shellcheck disable=SC2034
quick_flags='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

# shellcheck source=scripts/lib/talk.sh
source "$home/scripts/lib/talk.sh"
# shellcheck source=scripts/lib/processes.sh
source "$home/scripts/lib/processes.sh"
# shellcheck source=scripts/lib/http.sh
source "$home/scripts/lib/http.sh"
# shellcheck source=scripts/lib/build.sh
source "$home/scripts/lib/build.sh"
# shellcheck source=scripts/lib/cluster.sh
source "$home/scripts/lib/cluster.sh"
# shellcheck source=scripts/lib/operate.sh
source "$home/scripts/lib/operate.sh"
