/** Gates for processes: {@link Barrier} holds back whoever waits, {@link DoubleBarrier} lets its members begin and end together. */
export { Barrier, type BarrierOptions } from "./barrier.ts";
export { DoubleBarrier, type DoubleBarrierOptions } from "./double-barrier.ts";
