// A sandbox behind nginx, as docs/OPERATION.md and docs/nginx.conf describe it: only addresses and files are put in.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { begin, ended, leash, within } from './bounds.mjs';
import { binary, freePorts, pause } from './demo.mjs';

const docs = new URL('../../../docs/', import.meta.url).pathname;
const HOST = 'id.example.kz';
/** Where people seem to come from: neither the proxy's address nor its network. */
export const CLIENT = '127.44.55.66';

/** A running Kiru, nginx in front of it, and a wire to nginx that begins at [`CLIENT`]. */
export class Proxied {
  issuer = `https://${HOST}`;

  static start(clients, people) {
    return begin('a proxy', Proxied.#make(clients, people), (all) => all.stop());
  }

  static async #make(clients, people) {
    const all = new Proxied();
    all.folder = mkdtempSync(join(tmpdir(), 'kiru-proxy-'));
    all.port = await freePorts(4);
    try {
      await all.#startKiru(clients, people);
      await all.#startNginx();
      await all.#startWire();
    } catch (error) {
      await all.stop();
      throw error;
    }
    return all;
  }

  get kiru() { return this.port; }
  get health() { return this.port + 1; }
  get nginx() { return this.port + 2; }
  get wire() { return this.port + 3; }

  #file(name, content) {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  async #startKiru(clients, people) {
    const documented = readFileSync(join(docs, 'OPERATION.md'), 'utf8').match(/```toml\n(\[listen\]\n[^`]*)```/)[1];
    this.config = this.#file('kiru.toml', `[deployment]\nkind = "sandbox"\nissuer = "${this.issuer}"\n\n`
      + put(documented, { '127.0.0.1:8080': `127.0.0.1:${this.kiru}` })
      + `health = "127.0.0.1:${this.health}"\n\n[database]\nurl = 'sqlite:${join(this.folder, 'kiru.db')}'\n\n[secrets]\nkek_file = "kek"\n\n`
      + '[sms]\ngateway = "outbox"\n');
    this.#file('kek', Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7 % 256)).toString('base64'));
    const command = (...words) => execFileSync(binary, [...words, '--config', this.config], { stdio: 'pipe', timeout: 30_000 });
    command('db', 'migrate');
    command('clients', 'apply', this.#file('clients.json', JSON.stringify(clients)));
    command('people', 'apply', this.#file('people.json', JSON.stringify(people)));
    this.process = leash(spawn(binary, ['serve', '--config', this.config], { stdio: ['ignore', 'ignore', 'pipe'] }));
    this.log = '';
    this.process.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
    await until(async () => (await fetch(`http://127.0.0.1:${this.health}/ready`, { signal: AbortSignal.timeout(5_000) })).ok, () => this.log);
  }

  async #startNginx() {
    const [certificate, key] = [join(this.folder, 'tls.crt'), join(this.folder, 'tls.key')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-keyout', key, '-out', certificate], { stdio: 'pipe', timeout: 30_000 });
    this.#file('kiru.conf', put(readFileSync(join(docs, 'nginx.conf'), 'utf8'), {
      '127.0.0.1:8080': `127.0.0.1:${this.kiru}`,
      'listen 443': `listen 127.0.0.1:${this.nginx}`,
      '/etc/kiru/tls.crt': certificate,
      '/etc/kiru/tls.key': key,
    }));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(this.folder, name)};`);
    const main = this.#file('nginx.conf', `${process.getuid() === 0 ? 'user root;' : ''} worker_processes 1; daemon off;\n`
      + `pid ${join(this.folder, 'nginx.pid')}; error_log stderr warn;\nevents { worker_connections 256; }\n`
      + `http { access_log off; ${temporary.join(' ')} include kiru.conf; }\n`);
    this.front = leash(spawn(process.env.NGINX ?? '/usr/sbin/nginx', ['-p', this.folder, '-c', main, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] }));
    let said = '';
    this.front.stderr.setEncoding('utf8').on('data', (text) => { said += text; });
    this.front.once('error', (error) => { said += error.message; });
    await until(() => reaches(this.nginx), () => `nginx: ${said}`);
  }

  /** Bytes go through as they are; only the address they come from is another one. */
  async #startWire() {
    this.bridge = net.createServer((near) => {
      const far = net.connect({ port: this.nginx, host: '127.0.0.1', localAddress: CLIENT });
      for (const [one, other] of [[near, far], [far, near]]) {
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
    await new Promise((resolve) => this.bridge.listen(this.wire, '127.0.0.1', resolve));
  }

  /** Switches with which Chromium finds the host, and accepts the certificate of this run. */
  get switches() {
    return [`--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${this.wire}`, '--ignore-certificate-errors'];
  }

  /** Rows of the database, as lists of texts. */
  rows(query) {
    const out = execFileSync('sqlite3', ['-readonly', '-json', join(this.folder, 'kiru.db'), query], { encoding: 'utf8', timeout: 30_000 });
    return out.trim() ? JSON.parse(out) : [];
  }

  /** The lines about requests that Kiru has written so far. */
  requests() {
    return this.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).filter(({ target }) => target === 'access');
  }

  /** The lines about requests to this route, as soon as there are so many: one is written after its answer. */
  async requestsTo(route, count) {
    const of = () => this.requests().filter((line) => line.route === route);
    await until(async () => of().length >= count, () => `no ${count} lines about ${route}:\n${this.log.slice(-2000)}`);
    return of();
  }

  async stop() {
    ended(this);
    this.bridge?.close();
    for (const process of [this.front, this.process]) {
      if (!process?.pid || process.exitCode !== null) continue;
      const ended = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGTERM');
      await within(30_000, ended, () => `does not end:\n${this.log.slice(-2000)}`);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The text with each of these replaced, which must be there. */
function put(text, replacements) {
  return Object.entries(replacements).reduce((changed, [old, fresh]) => {
    if (!changed.includes(old)) throw new Error(`the documented configuration does not say ${old}`);
    return changed.replaceAll(old, fresh);
  }, text);
}

function reaches(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

async function until(look, explain) {
  const end = Date.now() + 30_000;
  while (!await Promise.resolve(look()).catch(() => false)) {
    if (Date.now() > end) throw new Error(explain());
    await pause(50);
  }
}
