// A vitest reporter that writes what tooling/test.mjs adds up, as JSON to the file that NN_SUMMARY names. Skipped tests
// are grouped by file and reason: what `context.skip(reason)` was given, or the test's suite.

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const summary = { passed: 0, failed: 0, skipped: 0, reasons: /** @type {Record<string, number>} */ ({}) };
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length) summary.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') summary.passed++;
        else if (result.state === 'skipped') {
          const note = result.note ?? `no reason given, in "${test.parent.type === 'suite' ? test.parent.fullName : test.name}"`;
          const reason = `${relative(process.cwd(), module.moduleId)}: ${note}`;
          summary.reasons[reason] = (summary.reasons[reason] ?? 0) + 1;
          summary.skipped++;
        } else summary.failed++;
      }
    }
    if (process.env.NN_SUMMARY) writeFileSync(process.env.NN_SUMMARY, JSON.stringify(summary));
  }
}
