#!/bin/bash
# Builds the fuzz targets and runs each of them, two at a time: 60 s a target, or as many as said.
# Starts from the corpus in the repository and from what earlier runs have added to
# build/fuzz/corpus. Fails if a target finds something, and says where the input is.
# Usage: tests/fuzz/run.sh [SECONDS] [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/../.."

# libheif 1.15 loses 80 bytes of a broken AVIF; a worker is replaced long before that matters.
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/leaks_of_others.txt
export seconds=${1:-60}
shift $(($# > 0 ? 1 : 0))
targets=("$@")
if ((!${#targets[@]})); then
  for corpus in tests/fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi
programs=("${targets[@]/%/_fuzz}")

.ci/install build fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz --target "${programs[@]}"

run() {
  local target=$1 known=build/fuzz/corpus/$1 log=build/fuzz/$1.log
  mkdir -p "$known"
  if ! build/fuzz/tests/fuzz/"${target}_fuzz" "$known" "tests/fuzz/corpus/$target" \
    -dict="tests/fuzz/dictionaries/$target.dict" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/finds/$target-" &>"$log"; then
    tail --lines=60 "$log"
    echo "fuzz: $target: a find: $(sed --quiet 's/.*Test unit written to //p' "$log" | tail --lines=1)"
    return 1
  fi
  local count coverage
  count=$(sed --quiet 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep --only-matching 'cov: [0-9]* ft: [0-9]*' "$log" | tail --lines=1)
  echo "fuzz: $target: $count runs, $coverage"
}
export -f run

mkdir -p build/fuzz/finds
printf '%s\n' "${targets[@]}" | xargs --max-procs=2 -I{} bash -c 'set -euo pipefail; run {}'
