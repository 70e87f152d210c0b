#!/usr/bin/env bash
# Runs `swift test` with the arguments given, and says how many tests were skipped, and which: one that never
# runs looks like one that passes. Why a test was skipped stands at its line above.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=.build/tests-swift-testing.xml
rm -f "$results"
swift test --xunit-output .build/tests.xml "$@"
status=$?

if [[ -s $results ]]; then
    awk '
        /<testcase / { name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name) }
        /<skipped/ { count += 1; names = names "\n  " name }
        END { print "tests skipped: " count + 0 names }
    ' "$results"
fi
exit $status
