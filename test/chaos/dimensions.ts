export const nodeCount = 3;
/** Of partitions; a frozen node loses them after it. */
export const leaseTtlMs = 6000;
