import type { Analyzer } from '../../index/analysis/analyzer.ts';
import type { SegmentOrigin } from '../../index/segment-store.ts';
import type { Database } from '../../store/database.ts';
import type { WriteMode } from '../modes.ts';
import type { ChangeRules } from '../next-version.ts';

/** What is the same for all batches of a load. */
export interface BatchContext extends ChangeRules {
  readonly database: Database;
  readonly analyzer: Analyzer;
  readonly origin: SegmentOrigin;
  readonly indexFolder: string | undefined;
  readonly reason: string;
  readonly person: string | undefined;
  readonly source: string;
  readonly encoding: string | undefined;
  readonly mode: WriteMode;
  readonly dryRun: boolean;
  /** Its row of load_run. */
  readonly run: number | undefined;
}
