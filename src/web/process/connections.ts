import type { Socket } from 'node:net';
import { type Networks, networkOf } from '../limits/networks.ts';

interface Activity {
  /** Requests that are being answered on it. */
  running: number;
  /** When it was last at work, by performance.now(). */
  at: number;
  /** Bytes that it had sent then: more of them are the beginning of another request. */
  read: number;
  readonly network: string;
}

/** Of all connections, those that one network may have; a proxy in front makes them all. */
const shareOfNetwork = 0.5;

/**
 * An idle connection is closed at the end when nothing has come on it for this long. Milliseconds.
 */
const idleBefore = 1_000;

/**
 * The connections of a worker, and what is done on each. Their number is bounded below what the
 * system allows, so that idle ones do not take the files that readers' answers need; whoever has
 * most of them loses an idle one first.
 */
export class Connections {
  readonly #most: number;
  readonly #proxies: Networks;
  readonly #sockets = new Map<Socket, Activity>();
  readonly #ofNetwork = new Map<string, number>();
  #refused = 0;

  constructor(most: number, proxies: Networks) {
    this.#most = most;
    this.#proxies = proxies;
  }

  get size(): number {
    return this.#sockets.size;
  }

  /** How many were not taken. */
  get refused(): number {
    return this.#refused;
  }

  /** False: it was closed, since there are too many. */
  add(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const network = networkOf(address);
    const share = this.#proxies.includes(address) ? this.#most : Math.ceil(this.#most * shareOfNetwork);
    const hasShare = (this.#ofNetwork.get(network) ?? 0) >= share;
    const isFull = hasShare || this.#sockets.size >= this.#most;
    if (isFull && !this.#makeRoom(hasShare ? network : this.#largest()) && (hasShare || !this.#makeRoom(undefined))) {
      this.#refused++;
      socket.destroy();
      return false;
    }
    this.#sockets.set(socket, { running: 0, at: performance.now(), read: 0, network });
    this.#ofNetwork.set(network, (this.#ofNetwork.get(network) ?? 0) + 1);
    socket.once('close', () => this.#forget(socket));
    return true;
  }

  /** A request begins on it; call what this gives when that is answered. */
  begin(socket: Socket): () => void {
    const activity = this.#sockets.get(socket);
    if (activity === undefined) return () => undefined;
    activity.running++;
    return () => {
      activity.running--;
      activity.at = performance.now();
      activity.read = socket.bytesRead;
    };
  }

  /**
   * Closes connections that have been idle for a while. One that has just been answered may have
   * its next request under way, which would be cut, and one whose request is coming in bit by bit
   * is waited for; answers say `Connection: close` by now.
   */
  closeIdle(): void {
    const before = performance.now() - idleBefore;
    for (const [socket, { running, at, read }] of this.#sockets)
      if (running === 0 && at < before && socket.bytesRead <= read) socket.destroy();
  }

  /** The network that has most of them. */
  #largest(): string {
    return [...this.#ofNetwork].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0] as const)[0];
  }

  /** Closes the longest idle connection of this network; undefined: of all. */
  #makeRoom(network: string | undefined): boolean {
    let oldest: Socket | undefined;
    let at = Number.POSITIVE_INFINITY;
    for (const [socket, activity] of this.#sockets) {
      const isOther = network !== undefined && activity.network !== network;
      if (activity.running > 0 || isOther || activity.at >= at) continue;
      oldest = socket;
      at = activity.at;
    }
    if (oldest === undefined) return false;
    this.#forget(oldest);
    oldest.destroy();
    return true;
  }

  #forget(socket: Socket): void {
    const activity = this.#sockets.get(socket);
    if (activity === undefined) return;
    this.#sockets.delete(socket);
    const left = (this.#ofNetwork.get(activity.network) ?? 1) - 1;
    if (left > 0) this.#ofNetwork.set(activity.network, left);
    else this.#ofNetwork.delete(activity.network);
  }
}
