/** Encodes and decodes two common transactions, by the generated code and by ours. */
import { rookery } from "../src/peer/gen/transaction.js";
import {
  decodeTransaction,
  encodeTransaction,
  longOfNumber,
  longOfParts,
  type Transaction,
} from "../src/peer/index.ts";
import { measure } from "./measure.ts";

const head = { session: longOfParts(0x01000014, 0x80000001), xid: 4711, timeMs: longOfNumber(1_780_000_000_000) };
const cases: Record<string, Transaction> = {
  "setData, 128 bytes": { ...head, setData: { path: "/app/config/node-17", data: Buffer.alloc(128, 7), version: 3 } },
  "create, 20 bytes": {
    ...head,
    create: {
      path: "/app/locks/lock-0000000017",
      data: Buffer.alloc(20, 7),
      kind: 1,
      parentCversion: 18,
      withStat: true,
    },
  },
  "multi of 4": {
    ...head,
    multi: {
      operations: [
        { check: true },
        { setData: { path: "/app/config/node-17", data: Buffer.alloc(64, 7), version: 3 } },
        { delete: { path: "/app/config/node-18" } },
        { create: { path: "/app/config/node-19", data: Buffer.alloc(64, 7), parentCversion: 18 } },
      ],
    },
  },
};

for (const [name, transaction] of Object.entries(cases)) {
  const bytes = encodeTransaction(transaction);
  measure(
    `${name}: encode, generated`,
    () => rookery.Transaction.encode(transaction as rookery.Transaction.$Properties).finish().length,
  );
  measure(`${name}: encode, ours`, () => encodeTransaction(transaction).length);
  measure(`${name}: decode, generated`, () => decodeTransaction(bytes).xid);
}
