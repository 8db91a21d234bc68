/** A running hash of everything a run does: two runs of one plan must agree on it to the last bit. */

export class Hash {
  value = 0x811c9dc5;

  add(...values: readonly unknown[]): void {
    for (const value of values) this.one(value);
  }

  private one(value: unknown): void {
    switch (typeof value) {
      case "number":
        this.number(value);
        break;
      case "string":
        for (let at = 0; at < value.length; at++) this.mix(value.charCodeAt(at));
        break;
      case "boolean":
        this.mix(value ? 2 : 1);
        break;
      case "object":
        if (value instanceof Uint8Array) for (const byte of value) this.mix(byte);
        else if (value !== null) {
          // By name: what has passed through the wire has its fields in another order.
          for (const key of Object.keys(value).sort()) this.add(key, (value as Record<string, unknown>)[key]);
        }
        break;
      default:
        this.mix(3);
    }
  }

  private number(value: number): void {
    this.mix(value | 0);
    this.mix(Math.floor(value / 0x1_0000_0000) | 0);
  }

  private mix(bits: number): void {
    const hash = Math.imul(this.value ^ bits, 0x01000193);
    this.value = (hash ^ (hash >>> 15)) >>> 0;
  }
}
