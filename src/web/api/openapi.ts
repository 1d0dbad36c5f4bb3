import type { Site } from '../../site/site.ts';
import type { Operation } from './operation.ts';
import { operationsOf } from './operations.ts';
import { schemas } from './schemas.ts';

const errorTexts: Readonly<Record<number, string>> = {
  400: 'A parameter is wrong.',
  401: 'Wrong name or password, or an invalid token.',
  403: 'This person may not do this.',
  404: 'There is no such record, file or job, or it is not open to you.',
  409: 'Its state does not allow this.',
  412: 'The record has changed since that revision.',
  413: 'The body is too large.',
  415: 'The body has a type that is not read.',
  422: 'A rule of the library refuses the record.',
  428: 'If-Match is missing.',
  410: 'The record was deleted or merged.',
  429: 'Too many requests: Retry-After says when to come back.',
  500: 'The server could not answer.',
};

export interface ApiOf {
  readonly baseUrl: string;
  readonly version: string;
  readonly hasAccounts: boolean;
  readonly hasFiles: boolean;
  readonly hasUploads: boolean;
}

/** The document of this library's API (OpenAPI 3.1). */
export function openApi(site: Site, { baseUrl, version, hasAccounts, hasFiles, hasUploads }: ApiOf): object {
  return {
    openapi: '3.1.0',
    info: {
      title: `${site.name}: API`,
      version,
      description:
        'For reading the library. Responses are JSON in UTF-8; errors are problem documents (RFC 9457) with a stable code. Responses have an ETag for use with If-None-Match.',
    },
    servers: [{ url: baseUrl }],
    paths: pathsOf(operationsOf(site, hasAccounts, hasFiles, hasUploads)),
    components: hasAccounts ? { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : { schemas },
    // Everything that guests may read needs none of it.
    ...(hasAccounts ? { security: [{}, { token: [] }] } : {}),
  };
}

/** Several operations may be at one address. */
function pathsOf(operations: readonly Operation[]): object {
  const paths: Record<string, object> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: pathItem(operation) };
  return paths;
}

const recordTypes = ['application/marcxml+xml', 'application/marc', 'application/json', 'text/plain'];

function requestBody({ body, takesRecords }: Operation): object {
  const content =
    takesRecords === true
      ? Object.fromEntries(recordTypes.map((type) => [type, { schema: { type: 'string' } }]))
      : { 'application/json': { schema: { $ref: `#/components/schemas/${body}` } } };
  return body === undefined && takesRecords !== true
    ? {}
    : { requestBody: { required: body !== 'JobPriority', content } };
}

function pathItem(operation: Operation): object {
  const required: readonly string[] = operation.parameters.required ?? [];
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: operation.description,
    parameters: [
      ...Object.entries(operation.inPath).map(([name, description]) => ({
        name,
        in: 'path',
        required: true,
        description,
        schema: name === 'id' ? { type: 'integer', minimum: 1 } : { type: 'string' },
      })),
      ...Object.entries(operation.parameters.properties).map(([name, { description, ...schema }]) => ({
        name,
        in: 'query',
        required: required.includes(name),
        description,
        schema,
      })),
      ...Object.entries(operation.inHeader ?? {}).map(([name, description]) => ({
        ...{ name, in: 'header', required: name === 'If-Match', description, schema: { type: 'string' } },
      })),
    ],
    ...requestBody(operation),
    responses: {
      ...(operation.contentType === undefined
        ? { 204: { description: 'Done.' } }
        : {
            200: {
              description: 'The response.',
              content: { [operation.contentType]: { schema: answerSchema(operation) } },
            },
          }),
      ...(operation.method === 'get' ? { 304: { description: 'Not changed since the ETag in If-None-Match.' } } : {}),
      ...Object.fromEntries(
        [400, ...operation.errors, 429, 500].map((status) => [
          status,
          {
            description: errorTexts[status] ?? '',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
  };
}

function answerSchema({ answer, contentType }: Operation): object {
  if (answer !== undefined) return { $ref: `#/components/schemas/${answer}` };
  return contentType === 'text/html' ? { type: 'string' } : { type: 'object' };
}
