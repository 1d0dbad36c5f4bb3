import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FailureBook } from '../../monitor/failures/failure-book.ts';
import { noteFailed } from './note-failed.ts';

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Work that begins when the answer is out: how long it takes tells the asker nothing. */
export interface AfterAnswer {
  after(asked: Asked, work: () => Promise<void>): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createAfterAnswer(failures?: FailureBook): AfterAnswer {
  const running = new Set<Promise<void>>();
  return {
    after: ({ request, reply }, work) => {
      // Also when the client went away before: it asked for it.
      reply.raw.once('close', () => {
        const done = work()
          .catch((error: unknown) => {
            request.log.error({ err: error }, 'failed after the answer');
            noteFailed(failures, error, request);
          })
          .finally(() => running.delete(done));
        running.add(done);
      });
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
