import { readFileSync } from "node:fs";

/** Counts of one run. A run that failed without a failed test (a file that does not load) counts as one failure. */
export function vitestCounts(file, ok) {
  const report = readReport(file);
  return atLeastOneFailure(ok, {
    passed: report?.numPassedTests ?? 0,
    failed: report?.numFailedTests ?? 0,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  });
}

export function playwrightCounts(file, ok) {
  const stats = readReport(file)?.stats;
  return atLeastOneFailure(ok, {
    // A test that passed at its second try has passed; Playwright's own list names it as flaky.
    passed: (stats?.expected ?? 0) + (stats?.flaky ?? 0),
    failed: stats?.unexpected ?? 0,
    skipped: stats?.skipped ?? 0,
  });
}

/** A step without tests of its own, such as lint, counts only when it fails. */
export function stepCounts(ok) {
  return atLeastOneFailure(ok, { passed: 0, failed: 0, skipped: 0 });
}

function atLeastOneFailure(ok, counts) {
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
