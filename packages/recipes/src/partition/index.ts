export {
  everyNth,
  type Partition,
  type PartitionerOptions,
  type PartitionState,
  SetPartitioner,
  type Share,
} from "./partitioner.ts";
