let last = 0;

/**
 * Resident memory of this process, in bytes. Reading it opens a file, which fails when there are no
 * descriptors left: then it is what it was, since whoever measures must not be what ends.
 */
export function residentBytes(): number {
  try {
    last = process.memoryUsage.rss();
  } catch {
    // As it was.
  }
  return last;
}
