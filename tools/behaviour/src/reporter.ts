/** Prints a line a file while the suite runs, then what failed in a line or a few each, then the counts. */

import type { Reporter, TestCase, TestModule } from "vitest/node";

const target = process.env.TARGET ?? "rookery";

export default class BehaviourReporter implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    const { passed, failed, skipped } = count([module]);
    const name = module.relativeModuleId.replace(/^.*\//, "").replace(".behaviour.ts", "");
    const rest = `${failed > 0 ? `, ${failed} FAILED` : ""}${skipped > 0 ? `, ${skipped} not run` : ""}`;
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    console.log(`  ${name.padEnd(14)} ${String(passed).padStart(3)} passed${rest} (${seconds} s)`);
    for (const error of module.errors()) console.log(`    ${error.message}`);
  }

  onUserConsoleLog(log: { readonly content: string }): void {
    console.log(`    ${log.content.trimEnd()}`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly { readonly message: string }[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failed = tests.filter((test) => test.result().state === "failed");
    const skipped = tests.filter((test) => test.result().state === "skipped");
    if (failed.length > 0) console.log(`\nWhere ${target} does not do what is expected:\n`);
    for (const test of failed) console.log(describe(test));
    if (skipped.length > 0) console.log(`\nNot run against ${target}:\n`);
    for (const test of skipped) console.log(`  ${test.name}`);
    for (const error of errors) console.log(`\nAn error outside all tests: ${error.message}`);
    const counts = count(modules);
    const broken = modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length;
    console.log(
      `\n${target}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} not run` +
        (broken > 0 ? `, ${broken} files did not load` : ""),
    );
  }
}

function describe(test: TestCase): string {
  const lines = (test.result().errors ?? []).flatMap(({ message, diff, stack }) => [
    ...message.split("\n").slice(0, 12),
    ...(diff === undefined ? [] : plain(diff).split("\n").slice(0, 60)),
    ...(stack
      ?.split("\n")
      .filter((line) => line.includes(".behaviour.ts"))
      .slice(0, 1) ?? []),
  ]);
  return [`  ${test.name}`, ...lines.map((line) => `      ${line}`), ""].join("\n");
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is removed.
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}

function count(modules: readonly TestModule[]): { passed: number; failed: number; skipped: number } {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== "pending") counts[state] += 1;
    }
  }
  return counts;
}
