/** Random transactions. */
import fc from "fast-check";
import { longOf, type Transaction } from "../src/peer/index.ts";

const long = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.nat(64).map((shift) => (1n << BigInt(shift)) - 1n),
  )
  .map(longOf);
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -70, max: 70 }));
const text = fc.oneof(
  fc.string({ maxLength: 70 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.nat(300).map((length) => "/x".repeat(length)),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.nat(20_000).map((length) => new Uint8Array(length)),
);
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });

const create = fc.record({
  path: some(text),
  data: some(bytes),
  acl: some(bytes),
  kind: some(fc.constantFrom(0, 1, 2, 3)),
  ttlMs: some(long),
  parentCversion: some(int),
  withStat: some(fc.boolean()),
});
const deletion = fc.record({ path: some(text) });
const setData = fc.record({ path: some(text), data: some(bytes), version: some(int) });
const setAcl = fc.record({ path: some(text), acl: some(bytes), aversion: some(int) });
const operation = fc.oneof(
  fc.record({ create }),
  fc.record({ delete: deletion }),
  fc.record({ setData }),
  fc.record({ setAcl }),
  fc.record({ failure: int }),
  fc.record({ check: fc.boolean() }),
  fc.constant({}),
);
const change = fc.oneof(
  fc.record({ failure: int }),
  fc.record({ create }),
  fc.record({ delete: deletion }),
  fc.record({ setData }),
  fc.record({ setAcl }),
  fc.record({ createSession: fc.record({ timeoutMs: some(fc.nat({ max: 2 ** 32 - 1 })) }) }),
  fc.record({ closeSession: fc.record({ paths: fc.array(text, { maxLength: 6 }) }) }),
  fc.record({ multi: fc.record({ operations: fc.array(operation, { maxLength: 6 }) }) }),
  fc.constant({}),
);

export const transactions: fc.Arbitrary<Transaction> = fc
  .tuple(fc.record({ session: some(long), xid: some(int), timeMs: some(long) }), change)
  .map(([head, rest]) => ({ ...head, ...rest }) as Transaction);
