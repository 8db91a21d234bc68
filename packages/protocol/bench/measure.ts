/** Nanoseconds of processor time a call, the best of several rounds: noise only ever adds. */
export function measure(name: string, call: () => number, calls = 200_000): void {
  let best = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let round = 0; round < 12; round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < calls; i++) {
      sum += call();
    }
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, ((user + system) * 1000) / calls);
  }
  console.log(`${name.padEnd(48)} ${best.toFixed(0).padStart(6)} ns${sum < 0 ? "!" : ""}`);
}
