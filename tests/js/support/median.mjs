/** Returns the median of numbers, without sorting the array. */
export function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
