/** A queue: taking from its head costs the same however long it is. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  peek(): T | undefined {
    return this.items[this.head];
  }

  shift(): T | undefined {
    const { items, head } = this;
    if (head === items.length) return undefined;
    const item = items[head];
    items[head] = undefined;
    this.head = head + 1;
    if (this.head === items.length) this.clear();
    else if (this.head >= 1024 && this.head * 2 >= items.length) {
      items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  /** Drops the others. */
  keep(isKept: (item: T) => boolean): void {
    const kept = this.drain().filter(isKept);
    this.items = kept;
  }

  /** Takes all. */
  drain(): T[] {
    const all = this.items.slice(this.head) as T[];
    this.clear();
    return all;
  }

  private clear(): void {
    this.items = this.items.length > 1024 ? [] : this.items;
    this.items.length = 0;
    this.head = 0;
  }
}
