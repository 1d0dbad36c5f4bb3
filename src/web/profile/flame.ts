import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

/** Speedscope as it comes: files of its release, looked up once. */
const release = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist', 'release');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** It makes its styles as it goes, and reads the profile from here. */
export const flamePolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface FlameFile {
  readonly type: string;
  readonly body: Buffer;
}

/** Undefined when Speedscope has no such file. */
export function flameFile(name: string): FlameFile | undefined {
  const type = types[extname(name)];
  if (type === undefined || !/^[\w.-]+$/.test(name) || name.startsWith('.')) return undefined;
  try {
    return { type, body: readFileSync(join(release, name)) };
  } catch {
    return undefined;
  }
}

export function flameAddress(id: string): string {
  return `/profiles/flame/index.html#profileURL=${encodeURIComponent(`/profiles/${id}.cpuprofile`)}&title=${id}`;
}
