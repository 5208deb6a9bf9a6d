#!/bin/bash
# Is the program FILE built as the release preset says: independent of its position, with relocations
# that are read-only from the start, checked stacks and buffers, and marked jump targets?
# Usage: tests/packaging/hardening.sh FILE
set -euo pipefail
file=$1
export LC_ALL=C

# Fails with the sentence $1 if the lines on standard input have no $2.
expect() {
  grep --extended-regexp "$2" >/dev/null || {
    echo "hardening: $file $1" >&2
    exit 1
  }
}

dynamic=$(readelf --wide --dynamic "$file")
segments=$(readelf --wide --segments "$file")
symbols=$(readelf --wide --dyn-syms "$file")
expect "is not position independent" 'FLAGS_1.*PIE' <<<"$dynamic"
expect "binds late" 'FLAGS_1.*NOW' <<<"$dynamic"
expect "has writable relocations" 'GNU_RELRO' <<<"$segments"
expect "has an executable stack" 'GNU_STACK.* RW ' <<<"$segments"
expect "has unguarded stacks" '__stack_chk_fail' <<<"$symbols"
expect "has unchecked buffers" '__mem(cpy|move|set)_chk|__(v?snprintf|read|recv)_chk' <<<"$symbols"
# Debian's start files are not marked, so the linker marks no program; but our functions begin so.
functions=$(objdump --disassemble --no-show-raw-insn "$file" | grep --count endbr64 || true)
((functions > 100)) || {
  echo "hardening: $file has only $functions marked jump targets" >&2
  exit 1
}
