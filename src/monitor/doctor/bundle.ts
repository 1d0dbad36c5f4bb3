import { execFile } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { arch, availableParallelism, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { ReadSettings, Settings } from '../../config/settings.ts';
import type { SettingDefinition } from '../../config/table/definition.ts';
import { settingsTable } from '../../config/table.ts';
import { version } from '../../config/version.ts';
import { layoutOf } from '../../store/embedded/layout.ts';
import { readMigrations } from '../../store/migrate.ts';
import type { CheckResult } from '../check/check.ts';
import type { NodeView } from '../status/node-view.ts';
import { type Diagnosis, diagnosisLines } from './diagnosis.ts';
import { createRedactor, hidden, type Redactor } from './secrets.ts';
import { type ArchiveFile, tarOf } from './tar.ts';

export interface BundleParts {
  readonly read: ReadSettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly diagnoses: readonly Diagnosis[];
  readonly results: readonly CheckResult[];
  /** Undefined: no server answers. */
  readonly view: NodeView | undefined;
  /** A file of the log, if the operator names one. */
  readonly log: string | undefined;
}

const logLines = 1_000;
/** Of a log; a line of a thousand may be long. */
const logBytes = 4_000_000;

/** All that a report of a mistake needs, without secrets, as a .tar.gz. */
export async function bundleOf(parts: BundleParts): Promise<Buffer> {
  const { read, environment, diagnoses, results, view, log } = parts;
  const { settings } = read;
  const redact = createRedactor(settings, environment);
  const now = new Date();
  const data: Readonly<Record<string, unknown>> = {
    checks: redact.value(results),
    diagnoses: redact.value(diagnoses),
    ...(view === undefined ? {} : { status: redact.value(withoutClients(view)) }),
  };
  const own: Readonly<Record<string, unknown>> = {
    settings: settingsOf(read, redact),
    migrations: readMigrations().map(({ number, file, checksum, offline }) => ({ number, file, checksum, offline })),
    versions: {
      reperio: version(),
      node: process.versions,
      kernel: release(),
      architecture: arch(),
      cores: availableParallelism(),
      memory: totalmem(),
      taken: now.toISOString(),
    },
  };
  const logs = [
    ['log.txt', log === undefined ? await journal() : lastLines(log)],
    ['postgres-log.txt', settings.databaseUrl === undefined ? lastLines(layoutOf(settings.dataFolder).log) : undefined],
  ] as const;
  const folder = `reperio-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const files: readonly ArchiveFile[] = [
    { path: 'doctor.txt', text: redact.text(`${diagnosisLines(diagnoses).join('\n')}\n`) },
    ...Object.entries({ ...data, ...own }).map(([name, each]) => ({
      path: `${name}.json`,
      text: `${JSON.stringify(each, undefined, 2)}\n`,
    })),
    ...logs.flatMap(([path, text]) => (text === undefined ? [] : [{ path, text: redactedLines(text, redact) }])),
  ];
  const archive = files.map(({ path, text }) => ({ path: `${folder}/${path}`, text }));
  return gzipSync(tarOf(archive, now.getTime() / 1000));
}

/** Who reads what is nobody's business. */
function withoutClients({ status, nodes, tasks }: NodeView): unknown {
  const nameless = <T extends { readonly running: readonly object[] }>(each: T): T => ({
    ...each,
    running: each.running.map((request) => ({ ...request, client: hidden })),
  });
  const { workers, deaths, ...rest } = status;
  return { status: { ...rest, workers: workers.map(nameless), deaths: deaths.map(nameless) }, nodes, tasks };
}

function settingsOf({ settings, origins }: ReadSettings, redact: Redactor): unknown {
  const entries = Object.entries(settingsTable) as readonly [keyof Settings, SettingDefinition][];
  return entries.map(([key, { name, environment, secret }]) => ({
    name: name ?? environment,
    value: settings[key] === undefined ? null : secret ? hidden : redact.value(settings[key]),
    origin: origins[key],
  }));
}

/** Lines of JSON stay lines of JSON. */
function redactedLines(text: string, redact: Redactor): string {
  return text
    .split('\n')
    .slice(-logLines - 1)
    .map((line) => {
      try {
        return line.startsWith('{') ? JSON.stringify(redact.value(JSON.parse(line))) : redact.text(line);
      } catch {
        return redact.text(line);
      }
    })
    .join('\n');
}

/** Undefined: it cannot be read. */
function lastLines(path: string): string | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      if (size <= logBytes) return readFileSync(file, 'utf8');
      const bytes = Buffer.alloc(logBytes);
      const length = readSync(file, bytes, 0, logBytes, size - logBytes);
      return bytes.toString('utf8', bytes.indexOf('\n') + 1, length);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Where systemd keeps the log of our units. */
async function journal(): Promise<string | undefined> {
  const units = ['reperio-web', 'reperio-follower', 'reperio-tasks'].flatMap((unit) => ['-u', unit]);
  const asked = promisify(execFile)('journalctl', [...units, '-n', String(logLines), '-o', 'cat', '--no-pager', '-q'], {
    timeout: 5_000,
    maxBuffer: 2 * logBytes,
  });
  const { stdout } = await asked.catch(() => ({ stdout: '' }));
  return stdout === '' ? undefined : stdout;
}
