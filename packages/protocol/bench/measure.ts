/** Nanoseconds a call, the best of several rounds: noise only ever adds. */
export function measure(name: string, call: () => number): void {
  const calls = 200_000;
  let best = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let round = 0; round < 12; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) {
      sum += call();
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / calls);
  }
  console.log(`${name.padEnd(48)} ${best.toFixed(0).padStart(6)} ns${sum < 0 ? "!" : ""}`);
}
