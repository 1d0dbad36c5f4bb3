import { setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { openSegmentFile } from '../../index/segment/open.ts';
import { readVocabulary } from './read-vocabulary.ts';
import { type VocabularyRequest, writeVocabularyFile } from './vocabulary-file.ts';

const request = workerData as VocabularyRequest;
// On Linux that of this thread alone. Questions come first.
if (process.platform === 'linux') setPriority(10);
const segment = openSegmentFile(request.segment);
writeVocabularyFile(request, readVocabulary(segment, request.spaces));
segment.close();
