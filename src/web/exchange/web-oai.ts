import type { HarvesterBook } from '../../exchange/oai/harvesters.ts';
import type { OaiSource } from '../../exchange/oai/source.ts';

/** What answers to harvesters need beside the library. */
export interface WebOai {
  readonly source: OaiSource;
  /** Undefined: nobody counts. */
  readonly harvesters?: HarvesterBook;
}
