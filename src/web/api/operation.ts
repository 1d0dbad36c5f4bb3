import type { ObjectSchema } from './json-schema.ts';

/** An address of the API as the OpenAPI document, the page /api and the routes know it. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With parts in braces, as OpenAPI has them. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Query parameters. */
  readonly parameters: ObjectSchema;
  /** Parts of the path: what they are. */
  readonly inPath: Readonly<Record<string, string>>;
  /** Headers of the request: what they are for. */
  readonly inHeader?: Readonly<Record<string, string>>;
  /** Its body is a record or several, in any format that is read. */
  readonly takesRecords?: boolean;
  /** Name of the schema of the body that is sent, as JSON. */
  readonly body?: string;
  /** Name of the answer's schema; undefined: it is not described by one. */
  readonly answer: string | undefined;
  readonly contentType: string | undefined;
  /** Statuses of errors beside 400, 429 and 500. */
  readonly errors: readonly number[];
  /** Path and query of an example that works in any library with a record 1. */
  readonly example: string;
}
