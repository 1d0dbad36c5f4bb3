/**
 * How fast a harvest is: MARCXML of a local server into an empty library, all of it again, and a
 * change of a tenth. `node bench/harvest.ts [--records 20000] [--page 500]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { generateRecords } from '../src/demo/generate.ts';
import { oaiClient } from '../src/exchange/harvest/client.ts';
import { reachable } from '../src/exchange/harvest/networks.ts';
import { harvest } from '../src/exchange/harvest/run.ts';
import { beginRun, type RunAsked } from '../src/exchange/harvest/runs.ts';
import { addSource, readSource, usualSteps } from '../src/exchange/harvest/source.ts';
import { toMarcXml } from '../src/marc/writers/marcxml.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, table } from './lib/report.ts';
