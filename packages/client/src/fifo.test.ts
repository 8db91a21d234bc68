import { expect, it } from "vitest";
import { Fifo } from "./fifo.ts";

it("gives back in the order of the pushes, however many there are", () => {
  const fifo = new Fifo<number>();
  let next = 0;
  for (let round = 0; round < 50; round++) {
    for (let at = 0; at < 100; at++) fifo.push(round * 100 + at);
    for (let at = 0; at < 70; at++) expect(fifo.shift()).toBe(next++);
  }
  expect(fifo).toHaveLength(1500);
  expect(fifo.peek()).toBe(next);
  expect(fifo.drain()).toEqual(Array.from({ length: 1500 }, (_, at) => next + at));
  expect(fifo.shift()).toBeUndefined();
});

it("drops what is not to be kept and goes on in order", () => {
  const fifo = new Fifo<number>();
  for (let at = 0; at < 10; at++) fifo.push(at);
  fifo.shift();
  fifo.keep((item) => item % 3 === 0);
  fifo.push(10);
  expect(fifo).toHaveLength(4);
  expect(fifo.drain()).toEqual([3, 6, 9, 10]);
});
