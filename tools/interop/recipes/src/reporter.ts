/** Prints a line for each group when all has run, then what failed, what was not run and why, and the count. */
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

export default class RecipesReporter implements Reporter {
  onUserConsoleLog(log: { readonly content: string }): void {
    console.log(`    ${log.content.trimEnd()}`);
  }

  onTestSuiteResult(suite: TestSuite): void {
    const tests = [...suite.children.allTests()].filter((test) => test.result().state !== "skipped");
    if (tests.length === 0) return;
    const passed = tests.filter((test) => test.result().state === "passed").length;
    console.log(`  ${suite.name}: ${passed} of ${tests.length} cases passed`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly { readonly message: string }[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state: string) => tests.filter((test) => test.result().state === state);
    for (const module of modules) for (const error of module.errors()) console.log(`FAIL: ${error.message}`);
    for (const error of errors) console.log(`FAIL: outside all cases: ${error.message}`);
    for (const test of of("failed")) console.log(describeFailure(test));
    for (const test of of("skipped")) {
      const result = test.result();
      // Those that an argument has left out have no reason.
      if ("note" in result && result.note !== undefined) console.log(`left out: ${test.fullName}: ${result.note}`);
    }
    console.log(`recipes: ${of("passed").length} of ${of("passed").length + of("failed").length} cases passed`);
  }
}

function describeFailure(test: TestCase): string {
  const lines = (test.result().errors ?? []).flatMap(({ message, diff, stack }) => [
    ...message.split("\n").slice(0, 12),
    ...(diff === undefined ? [] : plain(diff).split("\n").slice(0, 30)),
    ...(stack
      ?.split("\n")
      .filter((line) => line.includes("/test/"))
      .slice(0, 2) ?? []),
  ]);
  return [`FAIL: ${test.fullName}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is removed.
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "");
}
