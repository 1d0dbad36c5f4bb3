import { asBuffer, copyOf, decodeUtf8, firstNotUtf8 } from './bytes.ts';
import { marcErrors } from './errors.ts';
import { find001, parseMarcXmlStrictly } from './marcxml-strict.ts';
import { scanMarcXml } from './marcxml-scan.ts';
import { RecordProblem, reasonFor, recordLabel } from './problem.ts';
import type { RawRecord, ReadResult, RecordFormat } from './raw.ts';
import { controlValue, type MarcRecord } from './record.ts';
import { recordProblem } from './validate.ts';
