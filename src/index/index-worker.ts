import { parentPort, workerData } from 'node:worker_threads';
import type { Site } from '../site/site.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import { indexVersion } from './entry.ts';
import type { IndexAnswer, IndexOrder } from './index-threads.ts';
import { createInverter, type Inverter } from './segment/inverter.ts';
import { decodeVersion } from './stored-records.ts';

const port = parentPort!;
const analyzer = compileAnalyzer(workerData as Site);
let inverter: Inverter = createInverter(analyzer.versions);
let problems: [number, string][] = [];
let current = 0;

port.on('message', ({ batch, versions, ends }: IndexOrder) => {
  if (batch !== current) {
    current = batch;
    inverter = createInverter(analyzer.versions);
    problems = [];
  }
  for (const stored of versions)
    indexVersion(decodeVersion(stored), analyzer, inverter, (record, reason) => void problems.push([record, reason]));
  if (!ends) return;
  const segment = inverter.records === 0 ? undefined : inverter.finish();
  const answer: IndexAnswer = { batch, problems, ...(segment !== undefined && { segment }) };
  port.postMessage(answer, segment === undefined ? [] : [segment.bytes.buffer as ArrayBuffer]);
});
