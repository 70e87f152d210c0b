#!/usr/bin/env bash
# Runs `swift test` with the arguments given, and says how many tests were skipped, and which: one that never
# runs looks like one that passes. Why a test was skipped stands at its line above. The last lines name the
# tests that failed, and what each expected, for those who see only the end of a log.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=.build/tests-swift-testing.xml
rm -f "$results"
swift test --xunit-output .build/tests.xml "$@"
status=$?

if [[ -s $results ]]; then
    awk '
        /<testcase / {
            suite = $0; sub(/.* classname="/, "", suite); sub(/".*/, "", suite)
            name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
        }
        /<skipped/ { skipped += 1; names = names "\n  " name }
        /<failure/ {
            why = $0; sub(/.*message="/, "", why); sub(/" *\/?>.*/, "", why)
            failed += 1; failures = failures "\n  " suite "." name ": " why
        }
        END {
            print "tests skipped: " skipped + 0 names
            if (failed) print "failures: " failed failures
        }
    ' "$results"
fi
exit $status
