#!/usr/bin/env bash
# Compares the names in docs/COVERAGE.md and docs/COMPLIANCE.md with the tests that cargo itself lists.
#   docs/check-coverage.sh          asks `cargo test --workspace -- --list` (builds the tests when they are not built)
#   docs/check-coverage.sh LOG      reads what that command, or a whole `cargo test --workspace`, printed into LOG (with 2>&1)
# Exits 1 and names each row whose test is not listed. Names of tests/browser and of files are checked by the test
# `coverage` of kiru-tests; tests for PostgreSQL alone count only when the log has some.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then log=$1; else
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  cargo test --workspace --locked -- --list >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
fi

# Cargo names the package only in the line "Running unittests … (…/deps/NAME-HASH)"; two differ from their folder.
listed=$(awk '
  /Running unittests/ { name = $0; sub(/.*\/deps\//, "", name); sub(/-[0-9a-f]+\).*/, "", name); sub(/^kiru_/, "", name)
                        if (name == "kiru") name = "server"; next }
  /Doc-tests/ { name = "" ; next }
  name == "" { next }
  / *: test$/ { sub(/: test$/, ""); print name "::" $0; next }
  /^test .* \.\.\. ok$/ { print name "::" $2 }
' "$log" | sort -u)
[ -n "$listed" ] || { echo "no tests in $log" >&2; exit 1; }
both=$(grep -E '::(sqlite|postgres)$' <<<"$listed" | sed -E 's/::(sqlite|postgres)$//' | sort -u || true)
known=$(sort -u <<<"$listed"$'\n'"$both")
if grep -q '::postgres$' <<<"$listed"; then alone='^$'; else alone='_postgres$'; fi

named=$(grep -ohE '`[a-z_]+(::[a-z0-9_]+)+`' docs/COVERAGE.md docs/COMPLIANCE.md | tr -d '`' | grep -vE "$alone" | sort -u)
missing=$(comm -23 <(printf '%s\n' "$named") <(printf '%s\n' "$known"))
if [ -n "$missing" ]; then
  echo 'the documents name tests that cargo does not list:' >&2
  while read -r name; do
    echo "  $name  ($(grep -hF "\`$name\`" docs/COVERAGE.md docs/COMPLIANCE.md | cut -d '|' -f 2 | tr -d ' ' | paste -sd ' '))" >&2
  done <<<"$missing"
  exit 1
fi
echo "coverage: $(wc -l <<<"$named") names, all listed"
