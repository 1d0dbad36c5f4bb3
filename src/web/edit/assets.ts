import type { FastifyInstance } from 'fastify';
import { scriptFiles } from './script-files.ts';

/** Modules and tables of the editor: nobody's secret, and kept for ever. */
export function editorAssetRoutes(app: FastifyInstance): void {
  app.get<{ Params: { file: string } }>('/edit/assets/:file', async (request, reply) => {
    const file = scriptFiles().file(request.params.file);
    if (file === undefined) return reply.callNotFound();
    const accepted = request.headers['accept-encoding'] ?? '';
    const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
    if (coding !== undefined) reply.header('content-encoding', coding);
    return reply
      .header('vary', 'Accept-Encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(file.contentType)
      .send(coding === undefined ? file.body : file.coded(coding));
  });
}
