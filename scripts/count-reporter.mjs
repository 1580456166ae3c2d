import { writeFileSync } from 'node:fs';

/** A vitest reporter that counts over all projects; a file that could not be loaded and an error outside tests are failures too. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failedInside = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A test that never got its result (its worker died) is no success.
        counts[state === 'passed' || state === 'skipped' ? state : 'failed'] += 1;
        if (state === 'failed') failedInside += 1;
      }
      if (module.state() === 'failed' && failedInside === 0) counts.failed += 1;
    }
    if (process.env.BATON_COUNTS_FILE) writeFileSync(process.env.BATON_COUNTS_FILE, JSON.stringify(counts));
  }
}
