/** Fuzzes for a while, seed after seed: `pnpm --filter @rookery/protocol fuzz [seconds] [first seed]`. */
import { fuzz } from "./mutate.ts";

const [seconds = 30, first = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const end = Date.now() + seconds * 1000;
let seed = first;
let decoded = 0;
let refused = 0;
for (; Date.now() < end; seed++) {
  const tally = fuzz(seed, 20_000);
  decoded += tally.decoded;
  refused += tally.refused;
}
console.log(`seeds ${first} to ${seed - 1}: ${decoded} decoded, ${refused} refused, nothing else thrown`);
