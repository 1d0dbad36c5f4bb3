/**
 * Downloads of 200 MB sent by nginx and Apache after we said who may have them, beside sending them
 * ourselves. `node bench/offload.ts`
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoaded } from './lib/loaded.ts';
import { processorTime } from './lib/memory.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { reperio } from './lib/reperio.ts';
import { machine, machineLine, milliseconds, quantile, table } from './lib/report.ts';
import { startServer, webWorker } from './lib/server.ts';

const megabytes = 200;
const downloads = 20;
const port = 18_190;

const options = benchOptions({ records: 2_000 });
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  await loaded.close();
  const bytes = randomBytes(megabytes * 1_000_000);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const file = join(options.data, 'large.bin');
  writeFileSync(file, bytes);
  await reperio(options.data, ['file', 'add', '1', file]);
  // The proxies read as other users.
  for (const folder of [options.data, join(options.data, 'files')]) chmodSync(folder, 0o755);
  const rows = [
    await measure('this server streams', 'stream', undefined, digest),
    await measure('nginx, X-Accel-Redirect', 'x-accel', nginx, digest),
    await measure('Apache, X-Sendfile', 'x-sendfile', apache, digest),
  ];
  const [peer] = rows;
  if (options.json) return console.log(JSON.stringify({ benchmark: 'offload', machine: machine(), megabytes, rows }));
  console.log(`Downloads of ${megabytes} MB, ${downloads} each, whole and equal. ${machineLine()}`);
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: 'ratio of CPU' }, { title: 'our CPU ms each' }, { title: 'median ms' }],
      rows.map(({ name, cpu, median }) => [
        name,
        name === peer!.name ? '-' : `${(peer!.cpu / Math.max(cpu, 0.1)).toFixed(0)}x less`,
        milliseconds(cpu),
        milliseconds(median),
      ]),
    ),
  );
});

interface Row {
  readonly name: string;
  /** Of our worker for a download, in ms. */
  readonly cpu: number;
  readonly median: number;
}

type Front = (target: string) => { readonly stop: () => Promise<void> };

async function measure(name: string, delivery: string, front: Front | undefined, digest: string): Promise<Row> {
  const server = await startServer(options.data, { REPERIO_WEB_WORKERS: '1', REPERIO_FILE_DELIVERY: delivery });
  const proxy = front?.(server.address);
  try {
    const base = proxy === undefined ? server.address : `http://127.0.0.1:${port}`;
    await download(base, digest);
    const worker = webWorker(server.pid);
    const before = processorTime(worker);
    const times: number[] = [];
    for (let at = 0; at < downloads; at++) {
      const began = performance.now();
      await download(base, digest);
      times.push(performance.now() - began);
    }
    return { name, cpu: (processorTime(worker) - before) / downloads, median: quantile(times, 0.5) };
  } finally {
    await proxy?.stop();
    await server.stop();
  }
}

async function download(base: string, digest: string): Promise<void> {
  const address = `${base}/record/1/files/large.bin`;
  let answer = await fetch(address).catch(() => undefined);
  for (let tries = 0; answer?.ok !== true && tries < 50; tries++) {
    await answer?.arrayBuffer();
    await sleep(100);
    answer = await fetch(address).catch(() => undefined);
  }
  if (answer?.ok !== true || answer.body === null) throw new Error(`no download from ${address}: ${answer?.status}`);
  const hash = createHash('sha256');
  for await (const chunk of answer.body) hash.update(chunk);
  if (hash.digest('hex') !== digest) throw new Error('the download is not the file');
}

function running(program: string, words: readonly string[]): { readonly stop: () => Promise<void> } {
  const child = spawn(program, [...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function scratch(name: string): string {
  const folder = join(options.data, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function nginx(target: string): ReturnType<Front> {
  const folder = scratch('nginx');
  const path = join(folder, 'nginx.conf');
  writeFileSync(
    path,
    `daemon off; pid ${folder}/pid; error_log stderr error; worker_processes 1; user root;
events {}
http {
  access_log off; sendfile on; tcp_nopush on;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${target}; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /protected/ { internal; alias ${join(options.data, 'files')}/; }
  }
}
`,
  );
  return running('nginx', ['-c', path]);
}

function apache(target: string): ReturnType<Front> {
  const folder = scratch('apache');
  const path = join(folder, 'httpd.conf');
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'xsendfile'];
  writeFileSync(
    path,
    `ServerRoot ${folder}
ServerName 127.0.0.1
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
EnableSendfile On
XSendFile On
XSendFilePath ${join(options.data, 'files')}
ProxyPass / ${target}/
`,
  );
  return running('apache2', ['-D', 'FOREGROUND', '-f', path]);
}
