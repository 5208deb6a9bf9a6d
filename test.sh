#!/bin/bash
# Builds likeness and runs its tests; with --all under the sanitizers, and without them those alone
# that count memory or instructions, then the lint, the fuzz targets for twenty seconds each, and the
# Debian package's life (as root).
# Other arguments go to ctest: ./test.sh --all, ./test.sh -R memory
set -euo pipefail
cd "$(dirname "$0")"

presets=(dev)
groups=(build test)
all=
if [[ ${1:-} == --all ]]; then
  shift
  all=yes
  presets=(asan tsan dev)
  groups=(build test lint)
fi

.ci/install "${groups[@]}"

# ThreadSanitizer of g++ 12 finds no room for its shadow where the kernel randomizes addresses by
# more than 28 bits.
runner=()
if (($(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0) > 28)); then
  runner=(setarch "$(uname -m)" --addr-no-randomize)
fi

for preset in "${presets[@]}"; do
  echo "== $preset"
  targets=()
  only=()
  case ${all:+all }$preset in
    # Threads meet in proxy/ and cache/; decoders run in processes of one thread, and the whole
    # program runs under AddressSanitizer.
    "all tsan") only=(--label-exclude 'e2e|imaging') ;;
    # The sanitizers have an allocator and a pace of their own.
    "all dev")
      targets=(--target likeness instructions tests_cache)
      only=(--label-regex 'memory|speed')
      ;;
  esac
  cmake --preset "$preset" --log-level=WARNING >/dev/null
  "${runner[@]}" cmake --build --preset "$preset" "${targets[@]}"
  if [[ $preset == dev && $all ]]; then .ci/lint; fi
  "${runner[@]}" ctest --preset "$preset" "${only[@]}" "$@"
done

if [[ $all ]]; then
  echo "== fuzz"
  tests/fuzz/run.sh 20
  echo "== package"
  tests/packaging/test.sh
fi
