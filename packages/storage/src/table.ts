/**
 * An ordered map from bytes to bytes whose snapshots cost nothing: the in-memory engine's table.
 * Entries lie in leaves of a sorted array; a leaf that a snapshot may see is copied before it changes.
 */
import type { KeyRange } from "./state.ts";

interface Leaf {
  /** The snapshot generation this leaf belongs to; older ones are shared and not written to. */
  readonly generation: number;
  /** Keys as strings of one character a byte: V8 compares those bytewise, several times faster than `Buffer.compare`. */
  readonly order: string[];
  readonly keys: Uint8Array[];
  readonly values: Uint8Array[];
}

/** A leaf splits above this many entries. 10 k to 1 M keys: 64, 128 and 256 were within a tenth of each other. */
const LEAF_MAX = 128;

export class Table {
  /** Never empty leaves; ascending, and so are the keys in each. */
  #leaves: Leaf[] = [];
  #generation = 0;
  #leavesShared = false;

  get(key: Uint8Array): Uint8Array | undefined {
    const ordinal = ordinalOf(key);
    const leaf = this.#leaves[this.#leafFor(ordinal)];
    if (leaf === undefined) return undefined;
    const at = lowerBound(leaf.order, ordinal);
    return leaf.order[at] === ordinal ? leaf.values[at] : undefined;
  }

  scan({ from, to, limit = Infinity }: KeyRange, visit: (key: Uint8Array, value: Uint8Array) => boolean | void): void {
    const first = ordinalOf(from);
    const end = ordinalOf(to);
    const leaves = this.#leaves;
    let left = limit;
    let at = -1;
    for (let l = this.#leafFor(first); l < leaves.length; l++) {
      const { order, keys, values } = leaves[l] as Leaf;
      at = at < 0 ? lowerBound(order, first) : 0;
      for (; at < order.length; at++) {
        if ((order[at] as string) >= end || left-- <= 0) return;
        if (visit(keys[at] as Uint8Array, values[at] as Uint8Array) === false) return;
      }
    }
  }

  set(key: Uint8Array, value: Uint8Array): void {
    const ordinal = ordinalOf(key);
    if (this.#leaves.length === 0) {
      this.#ownLeaves().push({ generation: this.#generation, order: [ordinal], keys: [key], values: [value] });
      return;
    }
    const l = this.#leafFor(ordinal);
    const leaf = this.#ownLeaf(l);
    const at = lowerBound(leaf.order, ordinal);
    if (leaf.order[at] === ordinal) {
      leaf.values[at] = value;
      return;
    }
    leaf.order.splice(at, 0, ordinal);
    leaf.keys.splice(at, 0, key);
    leaf.values.splice(at, 0, value);
    if (leaf.order.length > LEAF_MAX) this.#split(l, leaf);
  }

  delete(key: Uint8Array): void {
    const ordinal = ordinalOf(key);
    const l = this.#leafFor(ordinal);
    if (l === this.#leaves.length) return;
    const at = lowerBound((this.#leaves[l] as Leaf).order, ordinal);
    if ((this.#leaves[l] as Leaf).order[at] !== ordinal) return;
    const leaf = this.#ownLeaf(l);
    leaf.order.splice(at, 1);
    leaf.keys.splice(at, 1);
    leaf.values.splice(at, 1);
    if (leaf.order.length === 0) this.#ownLeaves().splice(l, 1);
  }

  /** The table as it is now, unmoved by later changes to this one. Only read it. */
  snapshot(): Table {
    const copy = new Table();
    copy.#leaves = this.#leaves;
    this.#leavesShared = true;
    this.#generation++;
    return copy;
  }

  /** Index of the only leaf that can hold `ordinal`; 0 when all keys are greater, the leaf count when there are none. */
  #leafFor(ordinal: string): number {
    const leaves = this.#leaves;
    let low = 0;
    let high = leaves.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((leaves[middle] as Leaf).order[0] as string) <= ordinal) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? low - 1 : 0;
  }

  #ownLeaves(): Leaf[] {
    if (this.#leavesShared) {
      this.#leaves = this.#leaves.slice();
      this.#leavesShared = false;
    }
    return this.#leaves;
  }

  #ownLeaf(l: number): Leaf {
    const leaf = this.#leaves[l] as Leaf;
    if (leaf.generation === this.#generation) return leaf;
    const { order, keys, values } = leaf;
    const own = { generation: this.#generation, order: order.slice(), keys: keys.slice(), values: values.slice() };
    this.#ownLeaves()[l] = own;
    return own;
  }

  #split(l: number, { generation, order, keys, values }: Leaf): void {
    // Keys mostly arrive in order; a split near the end then leaves full leaves behind instead of halves.
    const at = l === this.#leaves.length - 1 ? LEAF_MAX - 8 : LEAF_MAX >>> 1;
    const right = { generation, order: order.splice(at), keys: keys.splice(at), values: values.splice(at) };
    this.#ownLeaves().splice(l + 1, 0, right);
  }
}

function ordinalOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** Index of the first element not below `ordinal`. */
function lowerBound(order: readonly string[], ordinal: string): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] as string) < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}
