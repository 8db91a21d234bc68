/**
 * ZooKeeper's wire encoding, written for these tests alone. It shares nothing with the codecs of the
 * server under test: a mistake made there must not be made here too.
 */

/** A string to encode. Bytes stand for text that is not valid UTF-8. */
export type Text = string | Buffer | null;

export class Out {
  readonly #parts: Buffer[] = [];

  byte(value: number): this {
    this.#parts.push(Buffer.of(value & 0xff));
    return this;
  }

  bool(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value | 0);
    this.#parts.push(bytes);
    return this;
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt.asIntN(64, value));
    this.#parts.push(bytes);
    return this;
  }

  buffer(value: Buffer | null): this {
    if (value === null) return this.int(-1);
    this.int(value.length);
    this.#parts.push(value);
    return this;
  }

  string(value: Text): this {
    return this.buffer(typeof value === "string" ? Buffer.from(value, "utf8") : value);
  }

  vector<T>(values: readonly T[] | null, write: (out: this, value: T) => void): this {
    if (values === null) return this.int(-1);
    this.int(values.length);
    for (const value of values) write(this, value);
    return this;
  }

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

export class In {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  bool(): boolean {
    const value = this.byte();
    if (value > 1) throw new Error(`a server writes booleans as 0 or 1, this one wrote ${value}`);
    return value === 1;
  }

  int(): number {
    return this.#take(4).readInt32BE();
  }

  long(): bigint {
    return this.#take(8).readBigInt64BE();
  }

  buffer(): Buffer | null {
    const length = this.int();
    return length === -1 ? null : this.#take(length);
  }

  /** A string a server sent: never null there, because go's client cannot read one. */
  string(): string {
    const bytes = this.buffer();
    if (bytes === null) throw new Error("the server sent a null string");
    return bytes.toString("utf8");
  }

  vector<T>(read: (input: this) => T): T[] {
    const count = this.int();
    if (count < 0) throw new Error(`the server sent a vector of length ${count}`);
    return Array.from({ length: count }, () => read(this));
  }

  rest(): Buffer {
    return this.#take(this.left);
  }

  #take(length: number): Buffer {
    if (length < 0 || length > this.left) {
      throw new Error(`the reply ends early: ${length} bytes wanted at ${this.#at} of ${this.#bytes.toString("hex")}`);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
