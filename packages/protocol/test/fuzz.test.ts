import { expect, it } from "vitest";
import { fuzz } from "./mutate.ts";

it.each([1, 2, 3])("decoding damaged bytes throws nothing but ProtocolError (seed %d)", (seed) => {
  const { decoded, refused } = fuzz(seed, 30_000);
  // Both must be common, or the damage is too mild or too harsh to find anything.
  expect(decoded).toBeGreaterThan(3000);
  expect(refused).toBeGreaterThan(3000);
});
