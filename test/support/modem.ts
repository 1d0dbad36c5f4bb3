import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A modem as smstools speaks to one over the network: it takes messages and keeps them. */
export interface TestModem {
  readonly port: number;
  readonly received: { readonly to: string; readonly text: string }[];
  close(): void;
}

export async function startModem(): Promise<TestModem> {
  const received: { to: string; text: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let said = '';
    let takesMessage = false;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
      for (;;) {
        const end = said.search(takesMessage ? /\x1a/ : /\r/);
        if (end < 0) return;
        const line = said.slice(0, end).trim();
        said = said.slice(end + 1);
        if (takesMessage) {
          takesMessage = false;
          received.push(messageOf(line));
          socket.write(`\r\n+CMGS: ${received.length}\r\n\r\nOK\r\n`);
        } else if (/^AT\+CMGS=/.test(line)) {
          takesMessage = true;
          socket.write('\r\n> ');
        } else if (line !== '') socket.write(`\r\n${answers.find(([asked]) => asked.test(line))?.[1] ?? ''}OK\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    port,
    received,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const answers: readonly (readonly [RegExp, string])[] = [
  [/CPIN/, '+CPIN: READY\r\n\r\n'],
  [/CSQ/, '+CSQ: 20,0\r\n\r\n'],
  [/CREG/, '+CREG: 0,1\r\n\r\n'],
  [/CIMI|CGSN/, '123456789012345\r\n\r\n'],
];

/** SMS-SUBMIT of GSM 03.40, with the alphabet of 7 bits. */
function messageOf(hex: string): { readonly to: string; readonly text: string } {
  const bytes = Buffer.from(hex, 'hex');
  let at = 1 + bytes[0]!;
  const hasPeriod = (bytes[at]! & 0x18) === 0x10;
  at += 2;
  const digits = bytes[at]!;
  const number = bytes.subarray(at + 2, at + 2 + Math.ceil(digits / 2));
  const to = [...number]
    .map((byte) => `${byte & 15}${byte >> 4}`)
    .join('')
    .slice(0, digits);
  at += 2 + number.length + 2 + (hasPeriod ? 1 : 0);
  const length = bytes[at]!;
  const packed = bytes.subarray(at + 1);
  const codes = Array.from({ length }, (_, i) => {
    const bit = i * 7;
    const pair = packed[bit >> 3]! | ((packed[(bit >> 3) + 1] ?? 0) << 8);
    return (pair >> (bit & 7)) & 127;
  });
  // Letters, digits and the usual signs are those of ASCII.
  return { to, text: codes.map((code) => (code === 0 ? '@' : String.fromCharCode(code))).join('') };
}

/** Of smsd, which empties the folder `outgoing` of this one. */
export function smsdConfiguration(folder: string, port: number): string {
  const folders = ['outgoing', 'checked', 'incoming', 'sent', 'failed'].map((name) => `${name} = ${folder}/${name}`);
  return [
    'devices = GSM1',
    ...folders,
    `logfile = ${folder}/smsd.log`,
    `infofile = ${folder}/smsd.info`,
    `pidfile = ${folder}/smsd.pid`,
    'delaytime = 1',
    'errorsleeptime = 1',
    '[GSM1]',
    `device = @127.0.0.1:${port}`,
    'incoming = no',
    'init = AT',
    'report = no',
  ].join('\n');
}
