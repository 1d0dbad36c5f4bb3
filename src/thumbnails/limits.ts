/** What one thumbnail may take of a node: what is sent in is nobody's friend. */
export const drawingLimits = {
  /** Bytes of the document: it is held in memory twice. */
  bytes: 100_000_000,
  /** Of the picture; a scan of a large map has 200 million. */
  pixels: 400_000_000,
  /** Seconds of CPU. */
  cpu: 20,
  /** Milliseconds; a busy machine takes long over little. */
  time: 120_000,
  /** Bytes that the libraries may use. */
  memory: 768 * 1024 * 1024,
  /** Bytes of the whole process, with Node.js. */
  resident: 1_200_000_000,
  /** Bytes of a thumbnail. */
  answer: 2_000_000,
} as const;

/** With what the process that draws ends: 0 has drawn, the others say why not on standard error. */
export const exitStatus = { cannot: 3, noLibrary: 4 } as const;
