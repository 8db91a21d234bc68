/** What a transfer is: the data of a transaction that both accounts read. */
export const PATH = "/examples/transaction";

export interface Transfer {
  readonly from: string;
  readonly to: string;
  /** A positive integer. */
  readonly amount: number;
}

export function encodeTransfer(transfer: Transfer): string {
  return JSON.stringify(transfer);
}

/** @throws Error that says what is wrong with it. */
export function decodeTransfer(data: Buffer): Transfer {
  const { from, to, amount } = JSON.parse(data.toString()) as Partial<Transfer>;
  if (typeof from !== "string" || typeof to !== "string" || from === to) throw new Error("it names no two accounts");
  if (!Number.isSafeInteger(amount) || (amount as number) <= 0) throw new Error("the amount is no positive integer");
  return { from, to, amount: amount as number };
}
