import { graphFiles } from './graph-folder.ts';

/** How the citation graph of this node stands. */
export interface GraphStatus {
  readonly records: number;
  readonly citations: number;
  readonly bytes: number;
  readonly made: Date;
  /**
   * How many of the live segments it was made of; what is in the others is laid over it, or it will
   * be made anew.
   */
  readonly segments: number;
}

/**
 * The newest graph file; undefined when there is none: small libraries need none, and others make
 * it when citations are first asked for.
 */
export function graphStatus(folder: string, live: readonly string[]): GraphStatus | undefined {
  const [file] = graphFiles(folder);
  if (file === undefined) return undefined;
  const { records, citations, segments } = file.head;
  return {
    records,
    citations,
    bytes: file.bytes,
    made: new Date(file.made),
    segments: live.filter((id) => segments.includes(id)).length,
  };
}
