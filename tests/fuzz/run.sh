#!/bin/bash
# Builds the fuzz targets and runs each of them, one after the other on every core: 60 s a target, or
# as many as said. Starts from the corpus in the repository and from what earlier runs have added to
# build/fuzz/corpus. A find ends the run; its input is in build/fuzz/finds.
# Usage: tests/fuzz/run.sh [SECONDS] [TARGET…]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift $(($# > 0 ? 1 : 0))

.ci/install build fuzz
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz

targets=("$@")
if ((!${#targets[@]})); then
  for corpus in tests/fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi

mkdir -p build/fuzz/finds
run() {
  local target=$1 known=build/fuzz/corpus/$1 log=build/fuzz/$1.log
  mkdir -p "$known"
  # libheif 1.15 loses 80 bytes of a broken AVIF; a worker is replaced long before that matters.
  local leaks=1
  [[ $target == image ]] && leaks=0
  build/fuzz/tests/fuzz/"${target}_fuzz" "$known" "tests/fuzz/corpus/$target" \
    -dict="tests/fuzz/dictionaries/$target.dict" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=2048 -detect_leaks="$leaks" -print_final_stats=1 -artifact_prefix="build/fuzz/finds/$target-" \
    &>"$log" || {
    tail --lines=60 "$log"
    echo "fuzz: $target has found something"
    return 1
  }
  local count coverage
  count=$(sed --quiet 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep --only-matching 'cov: [0-9]*' "$log" | tail --lines=1)
  echo "fuzz: $target: $count runs, $coverage"
}

failed=0
for target in "${targets[@]}"; do
  while (($(jobs -pr | wc --lines) >= $(nproc))); do wait -n || failed=1; done
  run "$target" &
done
for job in $(jobs -p); do wait "$job" || failed=1; done
exit "$failed"
