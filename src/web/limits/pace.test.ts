import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../../test/support/wait.ts';
import { field } from '../../formats/test-records.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import type { WebLibrary } from '../exchange/environment.ts';
import { memoryLibrary } from '../test-library.ts';
import { type LimitSettings, noLimits } from './limits.ts';

const many = 3000;
const title = { leader: '', fields: [field('245__', '$aPaper'), field('980__', '$aARTICLE')] };
const abstract = field('520__', `$a${'words '.repeat(1500)}`);
/** 27 MB in all: much more than sockets hold. */
const library = memoryLibrary(
  defaultSite(),
  Array.from({ length: many }, () => ({ ...title, fields: [...title.fields, abstract] })),
);
const path = '/search?of=xm&rg=-9999';

/** 1 MB in every second. */
const limits: LimitSettings = { ...noLimits, exports: 1, exportPace: 1000, paceWindow: 1_000 };

async function withServer(work: (port: number) => Promise<void>, over: WebLibrary = library): Promise<void> {
  const app = createApp(over, { limits });
  await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    await work((app.server.address() as AddressInfo).port);
  } finally {
    await app.close();
  }
}

interface Reader {
  readonly length: number;
  /** The last that was read. */
  readonly end: string;
  readonly closed: boolean;
  stop(): void;
}

/** A client that reads an export by so many bytes in every 20 ms. */
function readSlowly(port: number, bytes: number): Reader {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  let length = 0;
  let end = '';
  const timer = setInterval(() => {
    // A read of nothing makes the socket look for more, or for its end.
    const piece: Buffer | null = socket.read(Math.min(bytes, socket.readableLength)) ?? socket.read(0);
    length += piece?.length ?? 0;
    end = (end + (piece?.toString('latin1') ?? '')).slice(-100);
  }, 20);
  socket.once('close', () => clearInterval(timer));
  return {
    get length() {
      return length;
    },
    get end() {
      return end;
    },
    get closed() {
      return socket.closed;
    },
    stop: () => socket.destroy(),
  };
}

test('a client that drips loses its place, and the next one has it', async () => {
  await withServer(async (port) => {
    const slow = readSlowly(port, 1000);
    try {
      await waitFor('the first bytes of the slow client', () => slow.length > 0);
      const url = `http://127.0.0.1:${port}${path}`;
      assert.equal((await fetch(url)).status, 503, 'it holds the only place');
      const before = slow.length;
      let answer = await fetch(url);
      await waitFor('the place that the slow client lost', async () => {
        if (answer.status === 503) answer = await fetch(url);
        return answer.status === 200;
      });
      assert.ok(slow.length > before, 'it was reading all the time');
      assert.equal((await answer.text()).match(/<record>/g)?.length, many);
    } finally {
      slow.stop();
    }
  });
});

test('a client that takes its part is served to the end', async () => {
  await withServer(async (port) => {
    const steady = readSlowly(port, 200_000);
    await waitFor('the end of the steady client', () => steady.closed);
    assert.match(steady.end, /<\/collection>/);
    assert.ok(steady.length > 25e6, `${steady.length} bytes`);
  });
});

test('a client that waits for us is not slow', async () => {
  const papers = 1200;
  const short = memoryLibrary(
    defaultSite(),
    Array.from({ length: papers }, () => title),
  );
  const busy: WebLibrary = {
    ...short,
    stored: async (ids, bytes) => {
      await pause(1_300);
      return short.stored(ids, bytes);
    },
  };
  await withServer(async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    assert.equal((await answer.text()).match(/<record>/g)?.length, papers);
  }, busy);
});
