import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** What an answer is made from. */
export interface Asked {
  readonly environment: WebEnvironment;
  readonly exchange: Exchange;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
