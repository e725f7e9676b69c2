// The gallery of the pages: every screen in every state, written to files and served without a provider behind them.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';

import { PATIENCE, begin, ended } from './bounds.mjs';

const here = new URL('.', import.meta.url).pathname;
const kiru = process.env.KIRU_BINARY ?? join(here, '../../../target/debug/kiru');
const KINDS = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

/** Where the pages are: `address(name, language)`. Stop it in `after`. */
export class Gallery {
  static start() {
    return begin('the gallery', Gallery.#make(), (gallery) => gallery.stop());
  }

  static async #make() {
    const folder = await mkdtemp(join(tmpdir(), 'kiru-gallery-'));
    await promisify(execFile)(join(dirname(kiru), 'examples/gallery'), [folder], { timeout: PATIENCE });
    const gallery = new Gallery();
    gallery.folder = folder;
    gallery.server = createServer((request, response) => gallery.answer(request, response));
    await new Promise((resolve) => gallery.server.listen(0, '127.0.0.1', resolve));
    gallery.issuer = `http://127.0.0.1:${gallery.server.address().port}`;
    gallery.diary = gallery.desk = gallery.issuer;
    gallery.signer = gallery.issuer.replace('http', 'ws');
    return gallery;
  }

  address(name, language) {
    return `${this.issuer}/${name}-${language}.html`;
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, this.issuer);
    // What is drawn and spoken for one person: stand-ins of the same kind and size.
    const file = pathname.endsWith('/picture')
      ? join(here, 'picture.png')
      : pathname.endsWith('/sound') ? join(here, '../../../crates/web/sounds/kk/4.wav') : join(this.folder, pathname);
    try {
      const bytes = await readFile(file);
      response.setHeader('content-type', KINDS[extname(file)] ?? (file.endsWith('.wav') ? 'audio/wav' : 'image/png'));
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  async stop() {
    ended(this);
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
